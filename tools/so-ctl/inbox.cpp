#include "inbox.h"

#include <utility>

#include "base/log.h"
#include "session.h"

namespace so::ctl {

Inbox::Inbox(net::Loop& loop, Door& door, Command command, std::string where, Print print)
    : loop_(loop),
      door_(door),
      command_(std::move(command)),
      where_(std::move(where)),
      print_(std::move(print)),
      timeout_(loop, [this] { timed_out(); }) {}

void Inbox::start() {
  constexpr Millis kAnswer{5000};
  timeout_.start(
      command_.timeout.value_or(kAnswer));  // reading has no end, but finding the hub has
  door_.open(
      [this](const Reply& opened) {
        if (!opened.ok()) return refuse(opened);
        open_ = true;
        open();
      },
      [this](const Reply& why) { refuse(why); });
}

void Inbox::open() {
  door_.inbox(
      command_.identity, {command_.lifetime, command_.connections},
      [this](std::string_view event) { mail(event); },
      [this](const Reply& reading) {
        if (!reading.ok()) return refuse(reading);
        if (!command_.timeout) timeout_.stop();
      });
}

// It may come again, after an outage: then it was printed, and is acknowledged again.
void Inbox::mail(std::string_view event) {
  const auto body = parser_.parse(event);
  const std::string epoch{body ? json::text(*body, "epoch").value_or("") : ""};
  const std::uint64_t number = body ? json::integer(*body, "seq").value_or(0) : 0;
  if (epoch.empty() || number == 0) {
    return refuse({.code = "protocol", .message = "mail without a number"});
  }
  const bool again = epoch == epoch_ && number <= last_;
  if (!again && command_.count && lines_ >= *command_.count) return;
  if (!again) {
    if (!print_(event)) return loop_.stop(Exit::kOk);  // nobody reads: it stays where it is
    ++lines_;
    epoch_ = epoch;
    last_ = number;
  }
  door_.acknowledge(command_.identity, epoch_, last_,
                    [this](const Reply& reply) { acknowledged(reply); });
}

void Inbox::acknowledged(const Reply& reply) {
  if (reply.code == "hub_lost") return;  // it comes again
  if (!reply.ok()) return refuse(reply);
  if (command_.count && lines_ >= *command_.count) loop_.stop(Exit::kOk);
}

void Inbox::refuse(const Reply& why) {
  if (std::exchange(refused_, true)) return;
  log::error("{}: {}", why.code, why.message);
  loop_.stop(exit_for_code(why.code));
}

void Inbox::timed_out() {
  if (!open_) {
    log::error("no answer from {}", where_);
    return loop_.stop(Exit::kUnreachable);
  }
  loop_.stop(Exit::kTimeout);
}

}  // namespace so::ctl
