#include "hub/metadata.h"

#include <utility>

namespace so::hub {

void Metadata::put(std::string_view stream, Value value) {
  auto at = all_.find(stream);
  if (at == all_.end()) at = all_.emplace(stream, Latest{}).first;
  by_turn_.erase(at->second.turn);
  at->second = {std::move(value), ++turns_};
  by_turn_.emplace(turns_, at);
  if (all_.size() <= most_) return;
  all_.erase(by_turn_.begin()->second);
  by_turn_.erase(by_turn_.begin());
}

}  // namespace so::hub
