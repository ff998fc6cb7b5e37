#include "bus/hub_runner.h"

#include <algorithm>
#include <utility>

#include "base/exit_code.h"
#include "base/log.h"
#include "base/random.h"

namespace so::bus {

HubRunner::HubRunner(net::Loop& loop, hub::Options options, Deliver deliver)
    : loop_(&loop),
      hub_(std::move(options),
           {.incarnation = random_u64(), .random = random_u64, .wall = wall_now}),
      deliver_(std::move(deliver)),
      deadline_(loop, [this] { tick(); }),
      arming_(loop, [this] { arm(); }),
      settling_(loop, [this] { settle(); }) {}

Status HubRunner::keep_in(std::unique_ptr<store::Store> store) {
  journal_.emplace(std::move(store));
  arming_.request();
  return journal_->restore(hub_, loop_->now());
}

void HubRunner::set_policy(std::shared_ptr<const policy::Policy> policy) {
  hub_.set_policy(std::move(policy), loop_->now(), effects_);
  proceed(std::nullopt);
}

void HubRunner::set_hooks(const std::vector<policy::Hook>& hooks) {
  if (!hooks_) {
    Gate::Handlers handlers{
        .admit = [this](auto from, auto& request, auto wording) { admit(from, request, wording); },
        .turn_down =
            [this](auto from, auto& request, auto& why) {
              hub_.turn_down(from, request, why, loop_->now(), effects_);
              proceed(request.header.kind);
            }};
    hooks_.emplace(
        *loop_, hub_, std::move(handlers),
        [this](auto& request) { admit(kHookTool, request, hub::Hub::Wording::kAsSent); },
        [this] { arming_.request(); });
  }
  hooks_->set(hooks);
}

void HubRunner::apply(hub::ToolId from, const wire::FrameView& request) {
  if (hooks_ && hooks_->take(from, request)) return arming_.request();
  admit(from, request, hub::Hub::Wording::kAsSent);
}

void HubRunner::admit(hub::ToolId from, const wire::FrameView& request, hub::Hub::Wording wording) {
  hub_.apply(from, request, loop_->now(), effects_, wording);
  proceed(request.header.kind);
}

void HubRunner::tick() {
  if (hooks_) hooks_->tick();
  hub_.tick(loop_->now(), effects_);
  proceed(std::nullopt);
}

void HubRunner::proceed(std::optional<wire::Kind> request) {
  if (journal_) journal_->hold(request, effects_);
  hand_out();
  if (journal_ && journal_->holds()) settling_.request();
  arming_.request();  // once a turn, however many requests it had
}

void HubRunner::settle() {
  if (auto good = journal_->settle(hub_, loop_->now(), effects_); !good) {
    log::error("unable to go on without the store: {}", good.error().text);
    return loop_->stop(Exit::kFailure);
  }
  hand_out();
}

void HubRunner::hand_out() {
  if (hooks_) {
    std::erase_if(effects_.sends, [this](hub::Send& send) {
      if (send.to.front() != kHookTool) return false;
      hooks_->hear(std::move(send.frame));
      return true;
    });
  }
  deliver_(effects_);
  if (hooks_) {
    for (const hub::ToolId tool : effects_.gone) hooks_->forget(tool);
    hooks_->see(effects_.seen);
  }
  effects_.clear();
}

void HubRunner::arm() {
  auto when = hub_.deadline();
  if (const auto due = hooks_ ? hooks_->deadline() : std::nullopt; due && (!when || *due < *when)) {
    when = due;
  }
  if (!when) return deadline_.stop();
  const auto left = std::chrono::ceil<Millis>(*when - loop_->now());
  deadline_.start(std::max(left, Millis{1}));
}

}  // namespace so::bus
