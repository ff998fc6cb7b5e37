#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>

#include "base/time.h"
#include "net/conn_id.h"

namespace so::net {

/// What the replies under way hold together: their bodies, each until all of it has left, however
/// slowly that is.
///
/// Bound: `most` bytes, or any one body. Policy: who has held most for longest, in bytes times
/// seconds, gives way to who comes; but nobody does in his first second, and then who comes is
/// refused. Small bodies do not count: those of whom nothing else would be known (/healthz) come
/// through.
class ReplyRoom {
 public:
  static constexpr std::size_t kSmall = 4096;  // a connection costs as much
  static constexpr Millis kYoung{1000};

  explicit ReplyRoom(std::size_t most) : most_(most) {}

  [[nodiscard]] bool fits(std::size_t bytes) const {
    return bytes <= kSmall || held_ == 0 || held_ + bytes <= most_;
  }
  /// Who is to give way; nullopt: nobody.
  [[nodiscard]] std::optional<ConnId> heaviest(TimePoint now) const;
  void hold(ConnId id, std::size_t bytes, TimePoint now);
  /// Twice is once.
  void release(ConnId id);

  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  struct Body {
    std::size_t bytes;
    TimePoint since;
  };

  std::size_t most_;
  std::size_t held_ = 0;
  std::unordered_map<ConnId, Body> bodies_;
};

}  // namespace so::net
