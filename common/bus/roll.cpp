#include "bus/roll.h"

#include <utility>

namespace so::bus {

bool Roll::arrived(std::string_view id, std::string_view body) {
  auto at = known_.find(id);
  const bool unknown = at == known_.end();
  if (unknown) at = known_.emplace(id, Known{}).first;
  const bool news = unknown || at->second.body != body;
  at->second = {std::string{body}, false};
  return news;
}

void Roll::left(std::string_view id) {
  const auto at = known_.find(id);
  if (at != known_.end()) known_.erase(at);
}

void Roll::doubt_all() {
  for (auto& [id, known] : known_) known.doubtful = true;
}

void Roll::trust_all() {
  for (auto& [id, known] : known_) known.doubtful = false;
}

std::vector<Roll::Missing> Roll::settle() {
  std::vector<Missing> missing;
  for (auto at = known_.begin(); at != known_.end();) {
    if (!at->second.doubtful) {
      ++at;
      continue;
    }
    missing.push_back({at->first, std::move(at->second.body)});
    at = known_.erase(at);
  }
  return missing;
}

}  // namespace so::bus
