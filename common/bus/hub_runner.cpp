#include "bus/hub_runner.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace so::bus {

HubRunner::HubRunner(net::Loop& loop, hub::Options options, Deliver deliver)
    : loop_(&loop),
      hub_(std::move(options),
           {.incarnation = random_u64(), .random = random_u64, .wall = wall_now}),
      deliver_(std::move(deliver)),
      deadline_(loop, [this] { tick(); }),
      arming_(loop, [this] { arm(); }) {}

void HubRunner::apply(hub::ToolId from, const wire::FrameView& request) {
  hub_.apply(from, request, loop_->now(), effects_);
  deliver();
}

void HubRunner::tick() {
  hub_.tick(loop_->now(), effects_);
  deliver();
}

void HubRunner::deliver() {
  deliver_(effects_);
  effects_.clear();
  arming_.request();  // once a turn, however many requests it had
}

void HubRunner::arm() {
  const auto when = hub_.deadline();
  if (!when) return deadline_.stop();
  const auto left = std::chrono::ceil<Millis>(*when - loop_->now());
  deadline_.start(std::max(left, Millis{1}));
}

}  // namespace so::bus
