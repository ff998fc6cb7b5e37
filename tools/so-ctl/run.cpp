#include "run.h"

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <unistd.h>

#include "base/log.h"
#include "bench.h"
#include "cli/print.h"
#include "inbox.h"
#include "net/stdio.h"
#include "recording.h"
#include "serve.h"
#include "session.h"
#include "top.h"
#include "transfer.h"

namespace so::ctl {
namespace {

constexpr Millis kToConnect{5000};

/// Gives up if the other side is not there in time.
class Patience {
 public:
  Patience(net::Loop& loop, const std::string& where)
      : timer_(loop, [&loop, where] {
          log::error("no answer from {}", where);
          loop.stop(Exit::kUnreachable);
        }) {
    timer_.start(kToConnect);
  }
  void end() { timer_.stop(); }

 private:
  net::Timer timer_;
};

/// Stops the loop with what a shell is told of an error; the first reason is the reason.
class Refusal {
 public:
  explicit Refusal(net::Loop& loop) : loop_(loop) {}
  void operator()(std::string_view code, std::string_view message) {
    if (std::exchange(said_, true)) return;
    log::error("{}: {}", code, message);
    loop_.stop(exit_for_code(code));
  }

 private:
  net::Loop& loop_;
  bool said_ = false;
};

/// Standard input for something that is full at times.
template <class Reader>
class Feed {
 public:
  Feed(net::Loop& loop, Reader& reader)
      : input_(loop, STDIN_FILENO,
               {.on_bytes =
                    [this, &reader](ByteView bytes) {
                      reader.receive(as_text(bytes));
                      input_.want_bytes(!reader.full());
                    },
                .on_end =
                    [&reader](const Status& status) {
                      if (!status) log::error("standard input: {}", status.error().text);
                      reader.end();
                    }}) {}
  void resume() { input_.want_bytes(true); }

 private:
  net::Input input_;
};

/// Opens the door and uses the object, so that each change is one request; then calls `ready`.
void enter(Door& door, const std::string& object, Refusal& refuse, std::function<void()> ready) {
  const auto lost = [&refuse](const Reply& why) { refuse(why.code, why.message); };
  door.open(
      [&door, object, &refuse, ready = std::move(ready)](const Reply& opened) {
        if (!opened.ok()) return refuse(opened.code, opened.message);
        door.watch(
            object, [](std::string_view) {},
            [&refuse, ready](const Reply& used) {
              used.ok() ? ready() : refuse(used.code, used.message);
            });
      },
      lost);
}

Exit run_replay(net::Loop& loop, Door& door, const Command& command, const std::string& where) {
  Patience patience{loop, where};
  Refusal refuse{loop};
  std::optional<Feed<Replay>> feed;
  std::optional<Replay> replay;
  enter(door, command.object, refuse, [&] {
    patience.end();
    replay.emplace(loop, door, Replay::Plan{command.object, command.speed},
                   Replay::Handlers{.drained = [&] { feed->resume(); },
                                    .refused = std::ref(refuse),
                                    .done = [&] { loop.stop(); }});
    feed.emplace(loop, *replay);
  });
  return loop.run();
}

Exit run_bench(net::Loop& loop, Door& door, const Command& command, const std::string& where) {
  Patience patience{loop, where};
  Refusal refuse{loop};
  Bench::Plan plan{
      .object = command.object, .under_way = command.under_way, .bytes = command.bytes};
  if (command.count) plan.writes = *command.count;
  Bench bench{
      door, std::move(plan), {.refused = std::ref(refuse), .done = [&](std::string_view line) {
                                cli::print_line(line);
                                loop.stop();
                              }}};
  enter(door, command.object, refuse, [&] {
    patience.end();
    bench.start();
  });
  return loop.run();
}

/// What is begun when the hub is there.
Exit when_there(net::Loop& loop, bus::Client& hub, const std::string& where,
                const std::function<void()>& begin) {
  Patience patience{loop, where};
  hub.listen({.link = [&, begun = false](bool connected, std::string_view) mutable {
    if (!connected || std::exchange(begun, true)) return;
    patience.end();
    begin();
  }});
  return loop.run();
}

Exit run_stat(net::Loop& loop, bus::Client& hub, const Command& command, const std::string& where) {
  Refusal refuse{loop};
  return when_there(loop, hub, where, [&] {
    hub.stat(0, command.scope, command.object, false, [&](const bus::Reply& reply) {
      if (!reply.ok()) return refuse(reply.code, reply.message);
      cli::print_line(reply.body);
      loop.stop();
    });
  });
}

Exit run_top(net::Loop& loop, bus::Client& hub, const Command& command, const std::string& where) {
  const auto write = [](std::string_view text) { return cli::print(as_bytes(text)); };
  Top top{loop,
          hub,
          {.scope = command.scope,
           .every = command.every,
           .count = command.count,
           .terminal = isatty(STDOUT_FILENO) != 0},
          write};
  return when_there(loop, hub, where, [&] { top.start(); });
}

Exit run_import(net::Loop& loop, bus::Client& hub, const std::string& where) {
  std::optional<Feed<Import>> feed;
  Import import{loop, hub, [&] { feed->resume(); }};
  return when_there(loop, hub, where, [&] { feed.emplace(loop, import); });
}

}  // namespace

bool needs_bus(Verb verb) {
  return verb == Verb::kStat || verb == Verb::kTop || verb == Verb::kExport ||
         verb == Verb::kImport;
}

Exit run(net::Loop& loop, Door& door, const Command& command, const std::string& where) {
  if (command.verb == Verb::kServe) {
    Serve serve{loop, door, command};
    serve.start();
    return loop.run();
  }
  if (command.verb == Verb::kInbox) {
    Inbox inbox{loop, door, command, where, cli::print_line};
    inbox.start();
    return loop.run();
  }
  if (command.verb == Verb::kReplay) return run_replay(loop, door, command, where);
  if (command.verb == Verb::kBench) return run_bench(loop, door, command, where);
  Session session{loop, door, command, where, cli::print_line};
  session.start();
  return loop.run();
}

Exit run_on_bus(net::Loop& loop, bus::Client& hub, const Command& command,
                const std::string& where) {
  if (command.verb == Verb::kStat) return run_stat(loop, hub, command, where);
  if (command.verb == Verb::kTop) return run_top(loop, hub, command, where);
  if (command.verb == Verb::kImport) return run_import(loop, hub, where);
  Export out{loop, hub, command.scope, command.all, cli::print_line};
  return when_there(loop, hub, where, [&] { out.start(); });
}

}  // namespace so::ctl
