#include "top.h"

#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "session.h"

namespace so::ctl {
namespace {

// ECMA-48: home, then erase each line's rest and what is below.
constexpr std::string_view kHome = "\x1B[H";
constexpr std::string_view kEraseLine = "\x1B[K\n";
constexpr std::string_view kEraseBelow = "\x1B[J";

struct Size {
  std::size_t lines = 1000;
  std::size_t columns = 1000;
};

Size size_of_terminal() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 2) return {};
  return {size.ws_row - std::size_t{1}, size.ws_col};
}

}  // namespace

Top::Top(net::Loop& loop, bus::Client& hub, Plan plan, Write write)
    : loop_(loop), hub_(hub), plan_(std::move(plan)), write_(std::move(write)), next_(loop, [this] {
        look();
      }) {}

void Top::start() {
  look();
}

void Top::look() {
  hub_.stat(0, "/", "", false, [this](const bus::Reply& reply) {
    if (!reply.ok()) return refuse(reply);
    root_ = reply.body;
  });
  hub_.stat(0, plan_.scope, "", true, [this](const bus::Reply& reply) {
    if (!reply.ok()) return refuse(reply);
    const auto now = Stats::read(loop_.now(), root_, reply.body);
    if (!now) return refuse({.code = "protocol", .message = now.error().text});
    show(*now);
  });
}

// A hub that was away is looked for again; anything else ends it.
void Top::refuse(const bus::Reply& why) {
  if (why.code == "hub_lost" && before_) return next_.start(plan_.every);
  log::error("{}: {}", why.code, why.message);
  loop_.stop(exit_for_code(why.code));
}

void Top::show(const Stats& now) {
  const Size size = plan_.terminal ? size_of_terminal() : Size{};
  std::string text{plan_.terminal ? kHome : std::string_view{}};
  for (const std::string& line :
       screen(before_.value_or(now), now, wall_now(), size.lines, size.columns)) {
    text += line;
    text += plan_.terminal ? kEraseLine : "\n";
  }
  text += plan_.terminal ? kEraseBelow : "\n";
  before_ = now;
  const bool enough = plan_.count && ++shown_ >= *plan_.count;
  if (!write_(text) || enough) return loop_.stop();
  next_.start(plan_.every);
}

}  // namespace so::ctl
