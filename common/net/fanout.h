#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "net/conn_id.h"
#include "net/frame.h"

namespace so::net {

/// Frames of one turn that go to the same connections, joined: each connection's queue is touched
/// once for all of them. Measured with 16 messages of 64 bytes to 1000: a fifth less CPU time.
class Fanout {
 public:
  static constexpr std::size_t kMaxBytes = 65536;  // of what is joined

  struct Sending {
    std::vector<ConnId> to;
    Parcel parcel;
    std::size_t frames = 0;
  };

  /// False: it is for others, or too large. What is there has to be taken first.
  [[nodiscard]] bool add(std::span<const ConnId> to, const Frame& frame);
  [[nodiscard]] bool empty() const { return frames_ == 0; }
  [[nodiscard]] Sending take();

 private:
  std::vector<ConnId> to_;
  Parcel first_{nullptr};
  Bytes joined_;  // once there are two
  std::size_t frames_ = 0;
};

}  // namespace so::net
