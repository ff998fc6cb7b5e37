#include "bus/hooks.h"

#include <algorithm>
#include <utility>

namespace so::bus {

Hooks::Hooks(net::Loop& loop, hub::Hub& hub, Gate::Handlers handlers,
             MethodDecider::Request request, std::function<void()> changed)
    : loop_(&loop),
      hub_(hub),
      changed_(std::move(changed)),
      methods_(loop, std::move(request), tell()),
      gate_(hub, std::move(handlers)) {}

namespace {

// One of `all` that runs this command, taken out; nullptr: there is none.
template <class T>
std::unique_ptr<T> take_one(std::vector<std::unique_ptr<T>>& all,
                            const std::vector<std::string>& command) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& each) {
    return each && each->companion().command() == command;
  });
  return at == all.end() ? nullptr : std::move(*at);
}

}  // namespace

// What is not taken over ends after the gate has let go of it.
void Hooks::set(const std::vector<policy::Hook>& hooks) {
  auto deciders = std::exchange(deciders_, {});
  auto observers = std::exchange(observers_, {});
  const auto callers = std::exchange(callers_, {});
  const auto servers = std::exchange(servers_, {});
  std::vector<Gate::Entry> entries;
  policy::Topics topics;
  for (const policy::Hook& hook : hooks) {
    if (hook.on.empty()) {
      auto observer = take_one(observers, hook.run);
      if (!observer) observer = std::make_unique<Observer>(start(hook));
      observer->set(hook);
      observers_.push_back(std::move(observer));
      topics.add(hook.observe);
    } else if (!hook.http.empty()) {
      servers_.push_back(std::make_unique<HttpDecider>(*loop_, hook.http, tell()));
      entries.push_back({hook, servers_.back().get()});
    } else if (hook.run.empty()) {
      callers_.push_back(
          std::make_unique<MethodDecider::Method>(methods_, hook.call, hook.timeout));
      entries.push_back({hook, callers_.back().get()});
    } else {
      auto decider = take_one(deciders, hook.run);
      if (!decider) decider = std::make_unique<ProcessDecider>(start(hook), tell());
      entries.push_back({hook, decider.get()});
      deciders_.push_back(std::move(decider));
    }
  }
  hub_.watch(topics);
  gate_.set(std::move(entries), loop_->now());
  for (const auto& each : deciders) {
    if (each) before_.restarts += each->companion().restarts();
  }
  for (const auto& each : observers) {
    if (!each) continue;
    before_.restarts += each->companion().restarts();
    before_.missed += each->missed();
  }
  changed_();
}

std::unique_ptr<Companion> Hooks::start(const policy::Hook& hook) {
  return std::make_unique<Companion>(*loop_, hook.run);
}

Decider::Tell Hooks::tell() {
  return [this](std::uint64_t ticket, const Answer& answer) {
    gate_.answer(ticket, answer, loop_->now());
    changed_();
  };
}

void Hooks::see(const std::vector<hub::Observation>& seen) {
  for (const hub::Observation& each : seen) {
    for (const auto& observer : observers_) observer->see(each);
  }
}

Hooks::Counters Hooks::counters() const {
  Counters all = before_;
  all.questions = gate_.counters();
  all.waiting = gate_.waiting();
  for (const auto& each : deciders_) all.restarts += each->companion().restarts();
  for (const auto& each : observers_) {
    all.restarts += each->companion().restarts();
    all.missed += each->missed();
  }
  return all;
}

}  // namespace so::bus
