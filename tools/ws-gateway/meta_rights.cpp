#include "meta_rights.h"

#include <utility>

#include "base/log.h"
#include "wsproto/ems.h"

namespace so::gateway {

void MetaRights::give_if_allowed(const std::string& claims, std::uint64_t member,
                                 const std::string& stream, std::function<void()> give) {
  Verdict* const known = verdict(all_[claims], stream);
  if (known == nullptr)
    return log::warn("metadata of {} is dropped: too many are asked for", stream);
  const bool ask_now = !known->asking && (known->stale || known->may == May::kUnknown);
  if (known->may == May::kUnknown) {
    if (known->waiting.size() == kWaiting) {
      known->waiting.erase(known->waiting.begin());
      ++known->dropped;
    }
    known->waiting.push_back(std::move(give));
  } else if (known->may == May::kYes) {
    give();
  }
  if (ask_now) ask(claims, member, stream);
}

// nullptr: there is no place.
MetaRights::Verdict* MetaRights::verdict(Streams& streams, const std::string& stream) {
  const auto found = streams.find(stream);
  if (found != streams.end()) return &found->second;
  if (streams.size() == kStreams) {
    std::erase_if(streams, [](const auto& entry) { return !entry.second.asking; });
  }
  return streams.size() == kStreams ? nullptr : &streams[stream];
}

void MetaRights::ask(const std::string& claims, std::uint64_t member, const std::string& stream) {
  Verdict& asked = all_.at(claims).at(stream);
  asked.asking = true;
  asked.stale = false;
  const std::string played = stream == "/" ? "/" + std::string{wsproto::kEveryStream} : stream;
  hub_.may_play(member, played, [this, claims, stream](const bus::Reply& reply) {
    answered(claims, stream, reply);
  });
}

// An answer that is none allows nothing, and is asked for again with the next value.
void MetaRights::answered(const std::string& claims, const std::string& stream,
                          const bus::Reply& reply) {
  const auto streams = all_.find(claims);
  if (streams == all_.end()) return;
  const auto entry = streams->second.find(stream);
  if (entry == streams->second.end()) return;
  Verdict& verdict = entry->second;
  verdict.asking = false;
  const auto waiting = std::exchange(verdict.waiting, {});
  if (const auto dropped = std::exchange(verdict.dropped, 0); dropped > 0) {
    log::warn("{} values of {} came before it was known who may read them", dropped, stream);
  }
  verdict.may = reply.ok() ? May::kYes : reply.code == "denied" ? May::kNo : May::kUnknown;
  if (verdict.may != May::kYes) return;
  for (const auto& give : waiting) give();
}

void MetaRights::look_again() {
  for (auto& [claims, streams] : all_) {
    for (auto& [stream, verdict] : streams) verdict.stale = true;
  }
}

}  // namespace so::gateway
