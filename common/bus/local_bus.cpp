#include "bus/local_bus.h"

#include <utility>

namespace so::bus {
namespace {
constexpr std::size_t kQueueBytes = std::size_t{16} << 20U;
constexpr hub::ToolId kTool{1};  // the only one
}  // namespace

LocalBus::LocalBus(net::Loop& loop, hub::Options options)
    : hub_(loop, std::move(options), [this](const hub::Effects& effects) { deliver(effects); }),
      turn_end_(loop, [this] { work(); }) {}

void LocalBus::listen(Handlers handlers) {
  handlers_ = std::move(handlers);
  up_ = false;
  turn_end_.request();
}

bool LocalBus::send(const wire::FrameView& frame, Room room) {
  if (!up_ || (room == Room::kBounded && requests_.size() > kQueueBytes)) return false;
  wire::write_frame(frame, requests_);
  turn_end_.request();
  return true;
}

void LocalBus::work() {
  if (!up_ && handlers_.link) {
    up_ = true;
    handlers_.link(true, "");
  }
  const Bytes requests = std::exchange(requests_, {});
  Cursor in{requests};
  for (auto frame = wire::read_frame(in); frame && *frame; frame = wire::read_frame(in)) {
    hub_.apply(kTool, **frame);
  }
}

void LocalBus::deliver(const hub::Effects& effects) const {
  for (const hub::Send& send : effects.sends) {
    if (handlers_.frame) handlers_.frame(send.frame.view());
  }
}

}  // namespace so::bus
