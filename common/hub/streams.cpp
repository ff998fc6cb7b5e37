#include "hub/streams.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "wire/path.h"

namespace so::hub {

Stream* Streams::find(std::string_view path) {
  const auto at = all_.find(path);
  return at == all_.end() ? nullptr : &at->second;
}

void Streams::put(Stream stream) {
  std::string path = stream.path;
  all_.insert_or_assign(std::move(path), std::move(stream));
}

void Streams::erase(std::string_view path) {
  if (const auto at = all_.find(path); at != all_.end()) all_.erase(at);
}

std::optional<std::uint64_t> Stream::time(TimePoint now) const {
  if (!said) return std::nullopt;
  const auto since = std::chrono::duration_cast<Millis>(now - said->at).count();
  return said->timestamp + static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

const StreamRates* Stream::rates(TimePoint now) const {
  constexpr Seconds kFresh{10};
  return measured && now - measured->at < kFresh ? &measured->rates : nullptr;
}

std::vector<const Stream*> Streams::in(std::string_view scope) const {
  std::vector<const Stream*> found;
  const std::string below = scope == "/" ? "/" : std::string{scope} + '/';
  for (auto at = all_.lower_bound(below); at != all_.end(); ++at) {
    if (!at->first.starts_with(below)) break;
    if (wire::parent_path(at->first) == scope) found.push_back(&at->second);
  }
  return found;
}

}  // namespace so::hub
