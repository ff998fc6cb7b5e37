#include "push_run.h"

#include <utility>

#include "base/log.h"

namespace so::meta {
namespace {

// Whoever pushes wants to know that somebody takes it.
constexpr Millis kAnswer{5000};
constexpr Millis kTick{10};  // of --rate

// Words are values too, each with its line; then files.
std::vector<std::string> inputs(const Options& options) {
  if (options.values.empty() && options.files.empty()) return {"-"};
  return options.files;
}

}  // namespace

PushRun::PushRun(net::Loop& loop, bus::Client& hub, const Options& options, std::string address)
    : loop_(loop),
      hub_(hub),
      options_(options),
      address_(std::move(address)),
      push_(hub, hub.new_member(), options.push,
            {.drained = [this] { inputs_.want_bytes(true); },
             .read = [this] { loop_.defer([this] { next_source(); }); },
             .done = [this](Exit exit) { done(exit); }}),
      inputs_(loop, inputs(options), push_),
      pace_(loop,
            [this] { push_.allow(static_cast<double>(options_.rate) * kTick.count() / 1000); }),
      timeout_(loop, [this] { late(); }) {}

int PushRun::run() {
  hub_.listen({.event = {}, .sync = {}, .link = [this](bool connected, std::string_view why) {
                 link(connected, why);
               }});
  timeout_.start(options_.timeout.value_or(kAnswer));
  const Exit exit = loop_.run();
  if (!timed_out_) return to_int(exit);
  hub_.connected() ? log::error("no answer in time") : log::error("no hub at {}", address_);
  return to_int(hub_.connected() ? Exit::kTimeout : Exit::kUnreachable);
}

void PushRun::late() {
  timed_out_ = true;
  loop_.stop();
}

void PushRun::link(bool connected, std::string_view why) {
  if (!connected) return log::warn("the hub is gone: {}", why);
  std::exchange(begun_, true) ? push_.again() : begin();
}

void PushRun::begin() {
  timeout_.stop();
  if (options_.rate > 0) {
    push_.pace();
    pace_.start(kTick, kTick);
  }
  if (options_.values.empty()) return next_source();
  push_.begin("value ");
  for (const std::string& value : options_.values) push_.receive(value + "\n");
  push_.end_source();
}

// Values that are paced may take however long.
void PushRun::next_source() {
  if (inputs_.next()) return;
  if (options_.rate == 0 || options_.timeout) timeout_.start(options_.timeout.value_or(kAnswer));
}

void PushRun::done(Exit exit) {
  loop_.stop(exit == Exit::kOk && inputs_.failed() ? Exit::kFailure : exit);
}

}  // namespace so::meta
