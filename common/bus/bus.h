#pragma once

#include <functional>
#include <string_view>

#include "wire/frame.h"

namespace so::bus {

/// A tool's way to the hub, frame by frame: ZmqBus to another process, LocalBus to a hub in this
/// one, FakeBus in tests. Few tools meet it: bus::Client is what they talk to.
///
/// A link is one connection to one hub. What is sent on it arrives in order or the link breaks;
/// nothing that was sent on one link is delivered on the next, so whoever listens starts with
/// hello.
class Bus {
 public:
  struct Handlers {
    /// A frame of the hub, borrowed for the call.
    std::function<void(const wire::FrameView&)> frame{};
    /// The link is there, or is gone and with it all that was sent and not answered. `why` is for
    /// people.
    std::function<void(bool up, std::string_view why)> link{};
  };

  Bus() = default;
  virtual ~Bus() = default;
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  /// Whom to tell from now on, in place of whoever was told before; a link that is there already is
  /// told like one that comes. Never from inside listen() or send().
  virtual void listen(Handlers handlers) = 0;

  /// Whether there is room for a frame in a queue that is full.
  enum class Room {
    kBounded,  // no
    kAlways,  // yes: it takes back what there was room to claim, and the hub would keep it for ever
  };

  /// Sends at the end of this turn, together with all else of this turn. Refused, with nothing
  /// sent, while there is no link and when there is no room.
  [[nodiscard]] virtual bool send(const wire::FrameView& frame, Room room) = 0;
};

}  // namespace so::bus
