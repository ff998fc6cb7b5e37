#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bus/client.h"

namespace so::gateway {

/// Who may read the metadata of which stream, among those who listen to all. The hub is asked once
/// for all who have the same claims; what it said holds until look_again(), and then until it has
/// answered anew.
///
/// Bounds, of those with the same claims: kStreams answers, all are forgotten for one more; of a
/// stream kWaiting values that wait for an answer. What finds no place is dropped, and the log says
/// how many.
class MetaRights {
 public:
  static constexpr std::size_t kStreams = 1024;
  static constexpr std::size_t kWaiting = 256;

  explicit MetaRights(bus::Client& hub) : hub_(hub) {}

  /// Calls `give` if `member`, who has these claims, may play the stream: at once, or when the hub
  /// has said so. Of one stream in the order of the calls. What was said to all ("/") is asked for
  /// as the stream ~0~0~0~ of the scope "/".
  void give_if_allowed(const std::string& claims, std::uint64_t member, const std::string& stream,
                       std::function<void()> give);
  /// There may be another policy.
  void look_again();
  /// Nobody with these claims listens any more.
  void forget(const std::string& claims) { all_.erase(claims); }

 private:
  enum class May { kUnknown, kYes, kNo };
  struct Verdict {
    May may = May::kUnknown;
    bool asking = false;
    bool stale = false;
    std::vector<std::function<void()>> waiting;
    std::size_t dropped = 0;
  };
  using Streams = std::map<std::string, Verdict>;

  static Verdict* verdict(Streams& streams, const std::string& stream);
  void ask(const std::string& claims, std::uint64_t member, const std::string& stream);
  void answered(const std::string& claims, const std::string& stream, const bus::Reply& reply);

  bus::Client& hub_;
  std::map<std::string, Streams> all_;  // by claims
};

}  // namespace so::gateway
