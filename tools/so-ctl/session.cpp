#include "session.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "base/random.h"
#include "json/read.h"
#include "recording.h"
#include "tree.h"

namespace so::ctl {
namespace {

constexpr Millis kPause{100};  // before a change whose answer was lost is sent again

}  // namespace

Exit exit_for_code(std::string_view code) {
  struct Row {
    std::string_view code;
    Exit exit;
  };
  constexpr std::array kRows{
      Row{"unreachable", Exit::kUnreachable}, Row{"hub_lost", Exit::kUnreachable},
      Row{"not_found", Exit::kNotFound},      Row{"denied", Exit::kRefused},
      Row{"no_application", Exit::kRefused},  Row{"persistence", Exit::kRefused},
      Row{"storage", Exit::kRefused},         Row{"limit", Exit::kRefused},
      Row{"in_use", Exit::kRefused},          Row{"bad_path", Exit::kUsage},
      Row{"bad_request", Exit::kUsage},       Row{"unsupported", Exit::kUsage},
      Row{"version", Exit::kProtocol},        Row{"protocol", Exit::kProtocol},
      Row{"no_method", Exit::kNotFound},      Row{"timeout", Exit::kTimeout},
      Row{"gone", Exit::kUnreachable},        Row{"not_joined", Exit::kRefused},
      Row{"kicked", Exit::kRefused},          Row{"unauthorized", Exit::kUnauthenticated},
      Row{"replaced", Exit::kRefused}};
  for (const Row& row : kRows) {
    if (row.code == code) return row.exit;
  }
  return Exit::kFailure;
}

// The first and only batch of a producer.
std::string Session::numbered(std::string_view changes) const {
  const std::string_view open = changes.substr(0, changes.rfind('}'));
  return fmt::format(R"({},"producer":"{:016x}","seq":1}})", open, producer_);
}

Session::Session(net::Loop& loop, Door& door, Command command, std::string where, Print print)
    : loop_(loop),
      door_(door),
      command_(std::move(command)),
      where_(std::move(where)),
      print_(std::move(print)),
      timeout_(loop, [this] { timed_out(); }),
      again_(loop, [this] { run(); }),
      producer_(random_u64()) {}

void Session::start() {
  constexpr Millis kAnswer{5000};
  if (command_.timeout && command_.verb != Verb::kCall) {
    timeout_.start(*command_.timeout);
  } else {
    timeout_.start(kAnswer);  // watching has no end, but finding the other side has
  }
  const auto ended = [this](const Reply& why) { refuse(why); };
  door_.open(
      [this](const Reply& opened) {
        if (!opened.ok()) return refuse(opened);
        open_ = true;
        run();
      },
      ended);
}

void Session::run() {
  switch (command_.verb) {
    case Verb::kGet:
      return get();
    case Verb::kWatch:
    case Verb::kRecord:
      return watch();
    case Verb::kList:
      return list(command_.scope);
    case Verb::kCall:
      return call();
    case Verb::kKick:
      return door_.kick(command_.member, command_.reason, [this](const Reply& kicked) {
        kicked.ok() ? loop_.stop(Exit::kOk) : refuse(kicked);
      });
    case Verb::kChange:
      return change();
    case Verb::kDrop:
      return drop();
    case Verb::kEmit:
      return door_.emit(command_.method, command_.message, done());
    case Verb::kNotify:
      return notify();
    case Verb::kServe:  // these have classes of their own, see run.h
    case Verb::kInbox:
    case Verb::kReplay:
    case Verb::kBench:
    case Verb::kStat:
    case Verb::kTop:
    case Verb::kExport:
    case Verb::kImport:
    case Verb::kKeygen:
    case Verb::kCompletion:
    case Verb::kToken:
      break;
  }
}

void Session::drop() {
  if (!command_.pattern) return door_.drop(command_.object, done());
  door_.drop_all(command_.object, [this](const Reply& reply) {
    if (!reply.ok()) return refuse(reply);
    json::Parser parser;
    const auto body = parser.parse(reply.body);
    const auto count = [&](std::string_view key) {
      return body ? json::integer(*body, key).value_or(0) : 0;
    };
    print(fmt::format(R"({{"dropped":{},"kept":{}}})", count("dropped"), count("kept")));
    loop_.stop(Exit::kOk);
  });
}

Done Session::done() {
  return [this](const Reply& reply) { reply.ok() ? loop_.stop(Exit::kOk) : refuse(reply); };
}

// However often it is sent, it is applied once.
void Session::change() {
  const std::string body = command_.repeatable ? numbered(command_.changes) : command_.changes;
  door_.change(command_.object, body, [this](const Reply& reply) {
    if (reply.code == "hub_lost" && command_.repeatable) return again_.start(kPause);
    done()(reply);
  });
}

void Session::notify() {
  door_.notify(command_.identity, numbered(command_.message), [this](const Reply& reply) {
    if (reply.code == "hub_lost") return again_.start(kPause);
    done()(reply);
  });
}

void Session::get() {
  door_.get(command_.object, command_.key, [this](const Reply& reply) {
    if (!reply.ok()) return refuse(reply);
    json::Parser parser;
    const auto body = parser.parse(reply.body);
    const auto value =
        body ? json::member(*body, command_.key.empty() ? "data" : "value") : std::nullopt;
    if (!value) return refuse({.code = "protocol", .message = "the answer has no value"});
    print(json::compact(*value));
    loop_.stop(Exit::kOk);
  });
}

// How long it may take is the hub's to say; we wait a little longer.
void Session::call() {
  constexpr Millis kUsual{10'000};
  constexpr Millis kLonger{2'000};
  timeout_.start(command_.timeout.value_or(kUsual) + kLonger);
  const Calling calling{command_.method, command_.args, command_.timeout, command_.to};
  door_.call(calling, [this](const Reply& reply) {
    if (!reply.ok()) return refuse(reply);
    json::Parser parser;
    const auto body = parser.parse(reply.body);
    const auto result = body ? json::member(*body, "result") : std::nullopt;
    print(result ? json::compact(*result) : "null");
    loop_.stop(Exit::kOk);
  });
}

void Session::watch() {
  door_.watch(
      command_.object,
      [this](std::string_view event) {
        if (command_.count && lines_ >= *command_.count) return;
        if (command_.verb == Verb::kRecord) {
          if (lines_ == 0) first_ = loop_.now();
          const auto at = std::chrono::duration_cast<Millis>(loop_.now() - first_);
          print(record_line(at, event));
        } else {
          print(event);
        }
        if (++lines_; command_.count && lines_ >= *command_.count) loop_.stop(Exit::kOk);
      },
      [this](const Reply& watching) {
        if (!watching.ok()) return refuse(watching);
        if (!command_.timeout) timeout_.stop();
      });
}

void Session::list(std::string scope) {
  ++unlisted_;
  door_.list(scope, [this, scope](const Reply& reply) mutable {
    --unlisted_;
    // A room may vanish between the answer that named it and ours; the one asked for may not.
    if (!reply.ok() && (reply.code != "not_found" || scope == command_.scope)) return refuse(reply);
    if (reply.ok()) {
      for (const std::string& room : rooms_of(scope, reply.body)) list(room);
      std::replace(scope.begin(), scope.end(), '/',
                   '\1');  // what is below comes next, before "a-b" after "a"
      listings_.emplace(std::move(scope), reply.body);
    }
    if (unlisted_ == 0) print_listings();
  });
}

void Session::print_listings() {
  if (command_.streams && command_.tree) print(kStreamHeading);
  for (const auto& [path, listing] : listings_) {
    for (const std::string& line : lines_of(listing)) print(line);
  }
  loop_.stop(Exit::kOk);
}

std::vector<std::string> Session::lines_of(const std::string& listing) const {
  if (command_.streams) return command_.tree ? stream_rows(listing) : stream_lines(listing);
  return command_.tree ? tree_lines(listing) : std::vector{listing};
}

// Nobody reads any more: whoever asked has got what they wanted.
void Session::print(std::string_view line) {
  if (!print_(line)) loop_.stop(Exit::kOk);
}

// The first reason is the reason: a server that refuses closes the connection behind it.
void Session::refuse(const Reply& why) {
  if (std::exchange(refused_, true)) return;
  const std::string_view before = why.data.empty() ? "" : "; data: ";
  log::error("{}: {}{}{}", why.code, why.message, before, why.data);
  loop_.stop(exit_for_code(why.code));
}

void Session::timed_out() {
  if (!open_) {
    log::error("no answer from {}", where_);
    return loop_.stop(Exit::kUnreachable);
  }
  const bool watches = command_.verb == Verb::kWatch || command_.verb == Verb::kRecord;
  if (!watches) log::error("no answer in time");
  loop_.stop(Exit::kTimeout);
}

}  // namespace so::ctl
