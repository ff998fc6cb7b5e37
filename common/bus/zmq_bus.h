#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "bus/bus.h"
#include "bus/keys.h"
#include "net/loop.h"

namespace so::bus {

/// The way to a hub in another process (bus/address.h): a DEALER socket that connects, and connects
/// again within half a second of the hub's return, for ever. The hub need not be there yet.
///
/// What is sent in one turn of the loop goes out at its end as one message. While the link is up,
/// at most 16 MiB wait for the hub to read, then send() has no room; without a link nothing waits.
/// What waits when the bus is destroyed is given 200 ms.
class ZmqBus : public Bus {
 public:
  static constexpr std::size_t kQueueBytes = std::size_t{16} << 20U;

  /// The keys are for tcp:// alone. A hub that does not let us in is tried again and again; why is
  /// logged once.
  static Result<std::unique_ptr<ZmqBus>> connect(std::string_view address, net::Loop& loop,
                                                 const ToolKeyFiles& keys = {});
  ~ZmqBus() override;

  void listen(Handlers handlers) override;
  [[nodiscard]] bool send(const wire::FrameView& frame, Room room) override;

 private:
  class Dealer;
  explicit ZmqBus(std::unique_ptr<Dealer> dealer);
  std::unique_ptr<Dealer> dealer_;
};

}  // namespace so::bus
