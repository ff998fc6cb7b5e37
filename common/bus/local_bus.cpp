#include "bus/local_bus.h"

#include <utility>

namespace so::bus {
namespace {
constexpr std::size_t kQueueBytes = std::size_t{16} << 20U;
constexpr std::size_t kTurnBytes = std::size_t{1} << 20U;  // answered; then the others have theirs
constexpr hub::ToolId kTool{1};                            // the only one
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
  const std::size_t waiting = requests_.size() + taken_.size() - done_;
  if (!up_ || (room == Room::kBounded && waiting > kQueueBytes)) return false;
  wire::write_frame(frame, requests_);
  turn_end_.request();
  return true;
}

void LocalBus::work() {
  if (!up_ && handlers_.link) {
    up_ = true;
    handlers_.link(true, "");
  }
  if (done_ == taken_.size()) {
    taken_ = std::exchange(requests_, {});
    done_ = 0;
  }
  delivered_ = 0;
  Cursor in{ByteView{taken_}.subspan(done_)};
  while (delivered_ < kTurnBytes) {
    const auto frame = wire::read_frame(in);
    if (!frame || !*frame) break;
    hub_.apply(kTool, **frame);
  }
  done_ += in.at();
  if (done_ < taken_.size() || !requests_.empty()) turn_end_.request();
}

void LocalBus::deliver(const hub::Effects& effects) {
  for (const hub::Send& send : effects.sends) {
    delivered_ += send.frame.body.size();
    if (handlers_.frame) handlers_.frame(send.frame.view());
  }
}

}  // namespace so::bus
