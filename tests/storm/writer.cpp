#include "writer.h"

#include <utility>

#include <fmt/format.h>

#include "base/random.h"

namespace so::storm {
namespace {

constexpr Millis kPause{100};
constexpr Seconds kPatience{20};  // longer than any outage: a lease is 15 s

}  // namespace

Writer::Writer(net::Loop& loop, Plan plan, Fault fault)
    : loop_(loop),
      plan_(std::move(plan)),
      fault_(std::move(fault)),
      replica_(fault_),
      again_(loop, [this] { way_.door == nullptr ? open() : pump(); }),
      watchdog_(loop, [this] { check(); }),
      producer_(fmt::format("{:016x}", random_u64())),
      progress_(loop.now()) {}

void Writer::start() {
  open();
  watchdog_.start(Seconds{1});
}

void Writer::check() {
  watchdog_.start(Seconds{1});
  if (finished() || loop_.now() - progress_ < kPatience) return;
  fault_(fmt::format("write {} has had no answer for 20 s", acknowledged_ + 1));
  progress_ = loop_.now();
}

void Writer::open() {
  ++opened_;
  const std::uint64_t life = ++life_;
  const auto mine = [this, life] { return life == life_; };
  replica_.forget();
  way_ = plan_.open();
  way_.door->open(
      [this, mine](const ctl::Reply& opened) {
        if (!mine()) return;
        if (!opened.ok()) return lost();
        const auto line = [this, mine](std::string_view event) {
          if (mine()) replica_.read(event);
        };
        way_.door->watch("board", line, [this, mine](const ctl::Reply& watching) {
          if (!mine()) return;
          if (!watching.ok()) return lost();
          ready_ = true;
          pump();
        });
      },
      [this, mine](const ctl::Reply&) {
        if (mine()) lost();
      });
}

// The way is closed from the timer: we are inside one of its callbacks.
void Writer::lost() {
  ++life_;
  ready_ = false;
  sent_ = acknowledged_;
  way_.door = nullptr;
  again_.start(kPause);
}

void Writer::pump() {
  if (!ready_) return;
  while (sent_ < acknowledged_ + plan_.under_way && (last_ == 0 || sent_ < last_)) write(++sent_);
}

void Writer::write(std::uint64_t number) {
  if (number <= asked_) ++repeated_;
  asked_ = std::max(asked_, number);
  std::string changes = fmt::format(R"({{"op":"set","key":"{0}","value":{1}}},)"
                                    R"({{"op":"set","key":"shared","value":"{0}:{1}"}})",
                                    plan_.name, number);
  if (number == last_) {
    changes += fmt::format(R"(,{{"op":"set","key":"end-{}","value":{}}})", plan_.name, number);
  }
  const std::string body =
      fmt::format(R"({{"changes":[{}],"producer":"{}","seq":{}}})", changes, producer_, number);
  way_.door->change("board", body, [this, number, body, life = life_](const ctl::Reply& reply) {
    if (life != life_) return;
    if (reply.ok() && !plan_.echoed) replica_.own(body);
    answered(number, reply);
  });
}

void Writer::answered(std::uint64_t number, const ctl::Reply& reply) {
  json::Parser parser;
  const auto body = parser.parse(reply.body.empty() ? "{}" : reply.body);
  const std::string_view status = body ? json::text(*body, "status").value_or("ok") : "ok";
  if (reply.ok() && status != "gap") {
    if (number == acknowledged_ + 1) acknowledged_ = number;
    progress_ = loop_.now();
    return pump();
  }
  const bool outage = status == "gap" || reply.code == "hub_lost" || reply.code == "not_joined";
  if (!outage) fault_(fmt::format("{}: {}", reply.code, reply.message));
  sent_ = std::min(sent_, number - 1);  // from here on again, in order
  again_.start(kPause);
}

}  // namespace so::storm
