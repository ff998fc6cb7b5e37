#include <csignal>
#include <memory>

#include <unistd.h>

#include "base/log.h"
#include "bus/zmq_bus.h"
#include "cli/print.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "follow.h"
#include "net/stdio.h"
#include "options.h"
#include "push.h"

using namespace so;

namespace {

// Whoever pushes wants to know that somebody takes it.
constexpr Millis kAnswer{5000};

int give_up_waiting(const std::string& address, bool connected) {
  connected ? log::error("no answer in time") : log::error("no hub at {}", address);
  return to_int(connected ? Exit::kTimeout : Exit::kUnreachable);
}

// A follower waits for its hub however long, but says so; who gets one value does not.
int follow(const meta::Options& options, const std::string& address, net::Loop& loop,
           bus::Client& hub) {
  constexpr Millis kSilence{1000};
  const bool get = options.follow.only_latest;
  meta::Follow follow{hub, options.follow, cli::print_line, [&](Exit exit) { loop.stop(exit); }};
  hub.listen({.event = [&](const wire::FrameView& event) { follow.event(event); },
              .sync = {},
              .link =
                  [](bool connected, std::string_view why) {
                    if (!connected) log::warn("the hub is gone: {}", why);
                  },
              .refused = {}});
  net::Timer timeout{loop, [&] {
                       if (!hub.connected()) log::error("no hub at {}", address);
                       loop.stop(hub.connected() ? Exit::kTimeout : Exit::kUnreachable);
                     }};
  if (options.timeout || get) timeout.start(options.timeout.value_or(kAnswer));
  net::Timer no_hub{loop, [&] {
                      if (!hub.connected()) log::warn("no hub at {} yet: waiting for it", address);
                    }};
  if (!get) no_hub.start(kSilence);
  follow.start();
  return to_int(loop.run());
}

void start_pace(const meta::Options& options, meta::Push& push, net::Timer& pace) {
  constexpr Millis kTick{10};
  if (options.rate == 0) return;
  push.pace();
  pace.start(kTick, kTick);
}

// Values that are paced may take however long.
void await_answers(const meta::Options& options, net::Timer& timeout) {
  if (options.rate == 0 || options.timeout) timeout.start(options.timeout.value_or(kAnswer));
}

// Nothing is read before the hub is there: what is refused for want of one is lost.
int push(const meta::Options& options, const std::string& address, net::Loop& loop,
         bus::Client& hub) {
  std::unique_ptr<net::Input> input;
  bool timed_out = false;
  net::Timer timeout{loop, [&] {
                       timed_out = true;
                       loop.stop();
                     }};
  meta::Push push{hub,
                  options.stream,
                  options.timestamp,
                  {.drained =
                       [&] {
                         if (input) input->want_bytes(true);
                       },
                   .done = [&](Exit exit) { loop.stop(exit); }}};
  net::Timer pace{loop, [&] { push.allow(static_cast<double>(options.rate) / 100); }};
  const auto begin = [&] {
    timeout.stop();
    start_pace(options, push, pace);
    if (!options.values.empty()) {
      for (const std::string& value : options.values) push.receive(value + "\n");
      push.end();
      return await_answers(options, timeout);
    }
    input = std::make_unique<net::Input>(
        loop, STDIN_FILENO,
        net::Input::Handlers{.on_bytes =
                                 [&](ByteView bytes) {
                                   push.receive(as_text(bytes));
                                   if (push.full()) input->want_bytes(false);
                                 },
                             .on_end =
                                 [&](const Status& status) {
                                   if (!status)
                                     log::error("standard input: {}", status.error().text);

                                   await_answers(options, timeout);
                                   push.end();
                                 }});
  };
  hub.listen({.event = {},
              .sync = {},
              .link =
                  [&, first = true](bool connected, std::string_view) mutable {
                    if (connected && std::exchange(first, false)) begin();
                  },
              .refused = {}});
  timeout.start(options.timeout.value_or(kAnswer));
  const Exit exit = loop.run();
  return timed_out ? give_up_waiting(address, hub.connected()) : to_int(exit);
}

}  // namespace

int main(int argc, char** argv) {
  log::set_name("meta-push");
  meta::Options options;
  if (const auto exit = meta::parse_options(argc, argv, options)) return to_int(*exit);

  net::Loop loop;
  const auto address = cli::hub_address(options.hub_address);
  if (!address)
    return cli::give_up("unable to reach the hub", options.hub_address, address.error());
  auto bus = bus::ZmqBus::connect(*address, loop, options.hub_keys);
  if (!bus) return cli::give_up("unable to reach the hub", *address, bus.error());

  bus::Client hub{**bus, loop, "meta-push"};
  loop.on_signal(SIGTERM, [&] { loop.stop(); });
  loop.on_signal(SIGINT, [&] { loop.stop(); });
  return options.following ? follow(options, *address, loop, hub)
                           : push(options, *address, loop, hub);
}
