#include <csignal>
#include <functional>
#include <optional>

#include "base/log.h"
#include "bus/zmq_bus.h"
#include "cli/print.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "follow.h"
#include "options.h"
#include "outlet.h"
#include "push_run.h"
#include "service.h"

using namespace so;

namespace {

/// Where what is heard goes: to whoever is at --to, or to standard output.
class Sink {
 public:
  Sink(net::Loop& loop, const meta::Options& options) {
    if (options.to) outlet_.emplace(loop, *options.to, options.to_queue);
    if (outlet_) outlet_->start();
  }

  /// False: nobody takes it any more.
  bool print(std::string_view event) {
    if (!outlet_) return cli::print_line(event);
    outlet_->push(event);
    return true;
  }

  /// Everything has been said: calls back when it has left.
  void finish(Exit exit, const std::function<void(Exit)>& done) {
    outlet_&& exit == Exit::kOk ? outlet_->drain(done) : done(exit);
  }

 private:
  std::optional<meta::Outlet> outlet_;
};

// A follower waits for its hub however long, but says so; who gets one value does not.
int follow(const meta::Options& options, const std::string& address, net::Loop& loop,
           bus::Client& hub) {
  constexpr Millis kSilence{1000};
  constexpr Millis kAnswer{5000};
  const bool get = options.follow.only_latest;
  Sink sink{loop, options};
  meta::Follow follow{hub, options.follow,
                      [&](std::string_view event) { return sink.print(event); },
                      [&](Exit exit) { sink.finish(exit, [&](Exit end) { loop.stop(end); }); }};
  hub.listen({.event = [&](const wire::FrameView& event) { follow.event(event); },
              .sync = {},
              .link =
                  [&](bool connected, std::string_view why) {
                    if (!connected) log::warn("the hub is gone: {}", why);
                    follow.link(connected);
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
  return cli::after_printing(to_int(loop.run()));
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
  if (options.following) return follow(options, *address, loop, hub);
  if (options.from || !options.doors.empty()) {
    meta::Service service{loop, hub, options};
    if (const auto open = service.open(); !open) return cli::give_up(open.error());
    return service.run();
  }
  meta::PushRun run{loop, hub, options, *address};
  return run.run();
}
