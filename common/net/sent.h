#pragma once

namespace so::net {

/// What became of a send().
enum class Sent {
  kQueued,  // it leaves at the end of this turn, or when the peer takes more
  kFull,    // nothing was queued: the queue is at its bound
  kGone,    // no such connection any more, or it is closing
};

}  // namespace so::net
