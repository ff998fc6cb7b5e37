#include "session.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/captured.h"
#include "support/lines.h"
#include "support/wait.h"

using namespace so;
using ctl::Verb;
using test::Lines;

namespace {

/// The other side, in the hands of a test: it keeps what was asked, and answers when told to.
class FakeDoor : public ctl::Door {
 public:
  void open(ctl::Done opened, ctl::Done lost_later) override {
    asked.emplace_back("open");
    answers.push_back(std::move(opened));
    lost = std::move(lost_later);
  }
  void get(std::string_view object, std::string_view key, ctl::Done done) override {
    ask(fmt::format("get {} {}", object, key), std::move(done));
  }
  void change(std::string_view object, std::string_view changes, ctl::Done done) override {
    ask(fmt::format("change {} {}", object, changes), std::move(done));
  }
  void watch(std::string_view object, ctl::Line each, ctl::Done done) override {
    line = std::move(each);
    ask(fmt::format("watch {}", object), std::move(done));
  }
  void drop(std::string_view object, ctl::Done done) override {
    ask(fmt::format("drop {}", object), std::move(done));
  }
  void drop_all(std::string_view pattern, const ctl::Done& done) override {
    ask(fmt::format("drop all {}", pattern), done);
  }
  void list(std::string_view scope, ctl::Done done) override {
    ask(fmt::format("list {}", scope), std::move(done));
  }
  void call(const ctl::Calling& call, ctl::Done done) override {
    ask(fmt::format("call {} {} {}", call.method, call.args, call.to), std::move(done));
  }
  void serve(std::string_view, bool, ctl::Line, ctl::Done) override { FAIL("Serve does that"); }
  void result(std::string_view, const bus::CallResult&) override { FAIL("Serve does that"); }
  void kick(std::string_view member, std::string_view reason, const ctl::Done& done) override {
    ask(fmt::format("kick {} {}", member, reason), done);
  }
  /// The oldest that was asked and has no answer.
  void answer(const ctl::Reply& reply = {}) {
    REQUIRE(next < answers.size());
    const ctl::Done done = std::move(answers[next++]);  // it may ask for more
    done(reply);
  }

  Lines asked;
  std::vector<ctl::Done> answers;
  std::size_t next = 0;
  ctl::Done lost;
  ctl::Line line;

 private:
  void ask(std::string what, ctl::Done done) {
    asked.push_back(std::move(what));
    answers.push_back(std::move(done));
  }
};

/// One command, run as far as the test wants.
struct SessionTest {
  explicit SessionTest(ctl::Command command)
      : session(loop, door, std::move(command), "the other side", [this](std::string_view line) {
          printed.emplace_back(line);
          return reader;
        }) {
    session.start();
  }

  net::Loop loop;
  FakeDoor door;
  Lines printed;
  bool reader = true;
  ctl::Session session;

  /// How it has ended; a session that has not ends nothing.
  std::optional<Exit> ended() {
    constexpr Exit kStillRunning{77};
    net::Timer stop{loop, [this] { loop.stop(kStillRunning); }};
    stop.start(Millis{0});
    const Exit exit = loop.run();
    return exit == kStillRunning ? std::nullopt : std::optional{exit};
  }
};

ctl::Command command(Verb verb, std::string key = "") {
  ctl::Command command;
  command.verb = verb;
  command.scope = verb == Verb::kList ? "/" : "/chat";
  command.object = verb == Verb::kList ? "" : "so";
  command.key = std::move(key);
  command.changes = R"({"changes":[]})";
  return command;
}

}  // namespace

TEST_CASE("nothing is asked before the door is open") {
  SessionTest test{command(Verb::kGet, "k")};
  CHECK(test.door.asked == Lines{"open"});
  test.door.answer();
  CHECK(test.door.asked == Lines{"open", "get so k"});
}

TEST_CASE("a change whose answer was lost with the hub is sent again, as the same") {
  ctl::Command set = command(Verb::kChange);
  SUBCASE("where the door can tell the same from another") {
    set.repeatable = true;
    SessionTest test{set};
    test.door.answer();
    test.door.answer({.code = "hub_lost"});
    REQUIRE(wait_until(test.loop, [&] { return test.door.asked.size() == 3; }));
    CHECK(test.door.asked[1].starts_with(R"(change so {"changes":[],"producer":")"));
    CHECK(test.door.asked[1].ends_with(R"(","seq":1})"));
    CHECK(test.door.asked[2] == test.door.asked[1]);
    test.door.answer();
    CHECK(test.ended() == Exit::kOk);
  }
  SUBCASE("and nowhere else") {
    SessionTest test{set};
    test.door.answer();
    CHECK(test.door.asked[1] == R"(change so {"changes":[]})");
    test.door.answer({.code = "hub_lost"});
    CHECK(test.ended() == Exit::kUnreachable);
  }
}

TEST_CASE("get prints the value of a key, or all data") {
  SessionTest one{command(Verb::kGet, "k")};
  one.door.answer();
  one.door.answer({.body = R"({"value":{ "a" : 1 }})"});
  CHECK(one.printed == Lines{R"({"a":1})"});
  CHECK(one.ended() == Exit::kOk);
  SessionTest all{command(Verb::kGet)};
  all.door.answer();
  all.door.answer({.body = R"({"event":"sync","data":{"k":1}})"});
  CHECK(all.printed == Lines{R"({"k":1})"});
  CHECK(all.ended() == Exit::kOk);
}

TEST_CASE("an answer without a value is the other side's mistake") {
  for (const char* body : {"", "{}", R"({"data":{}})", "not JSON"}) {
    CAPTURE(body);
    SessionTest test{command(Verb::kGet, "k")};
    const test::Captured err{stderr};
    test.door.answer();
    test.door.answer({.body = body});
    CHECK(test.printed.empty());
    CHECK(test.ended() == Exit::kProtocol);
  }
}

TEST_CASE("a change prints nothing, and ends with its answer") {
  SessionTest test{command(Verb::kChange)};
  test.door.answer();
  CHECK(test.door.asked.back() == R"(change so {"changes":[]})");
  CHECK_FALSE(test.ended());
  test.door.answer();
  CHECK(test.printed.empty());
  CHECK(test.ended() == Exit::kOk);
}

TEST_CASE("an object is dropped, which prints nothing") {
  SessionTest test{command(Verb::kDrop)};
  test.door.answer();
  CHECK(test.door.asked.back() == "drop so");
  test.door.answer();
  CHECK(test.printed.empty());
  CHECK(test.ended() == Exit::kOk);
}

TEST_CASE("of all that are like a pattern it is said how many are gone") {
  ctl::Command all = command(Verb::kDrop);
  all.pattern = true;
  SessionTest test{all};
  test.door.answer();
  CHECK(test.door.asked.back() == "drop all so");
  test.door.answer({.body = R"({"id":1,"ok":true,"dropped":2,"kept":1})"});
  CHECK(test.printed == Lines{R"({"dropped":2,"kept":1})"});
  CHECK(test.ended() == Exit::kOk);
}

TEST_CASE("what a shell is told of each code") {
  struct Case {
    std::string_view code;
    Exit exit;
  };
  constexpr std::array kCases{
      Case{"unreachable", Exit::kUnreachable}, Case{"hub_lost", Exit::kUnreachable},
      Case{"not_found", Exit::kNotFound},      Case{"denied", Exit::kRefused},
      Case{"no_application", Exit::kRefused},  Case{"persistence", Exit::kRefused},
      Case{"limit", Exit::kRefused},           Case{"bad_path", Exit::kUsage},
      Case{"bad_request", Exit::kUsage},       Case{"unsupported", Exit::kUsage},
      Case{"version", Exit::kProtocol},        Case{"protocol", Exit::kProtocol},
      Case{"of another time", Exit::kFailure}};
  for (const Case& c : kCases) {
    CAPTURE(c.code);
    SessionTest test{command(Verb::kChange)};
    test::Captured err{stderr};
    test.door.answer();
    test.door.answer({.code = c.code, .message = "told so"});
    CHECK(test.ended() == c.exit);
    CHECK(err.take().find(fmt::format("{}: told so", c.code)) != std::string::npos);
  }
}

TEST_CASE("the first reason is the reason") {
  SessionTest test{command(Verb::kChange)};
  test::Captured err{stderr};
  test.door.answer({.code = "no_application", .message = "told so"});
  test.door.lost({.code = "hub_lost", .message = "closed"});
  CHECK(test.ended() == Exit::kRefused);
  CHECK(err.take().find("closed") == std::string::npos);
}

TEST_CASE("watching goes on until it is enough, or nobody reads") {
  ctl::Command two = command(Verb::kWatch);
  two.count = 2;
  SessionTest test{two};
  test.door.answer();
  test.door.answer();
  test.door.line("1");
  CHECK_FALSE(test.ended());
  test.door.line("2");
  test.door.line("3");
  CHECK(test.printed == Lines{"1", "2"});
  CHECK(test.ended() == Exit::kOk);

  SessionTest unread{command(Verb::kWatch)};
  unread.door.answer();
  unread.door.answer();
  unread.reader = false;
  unread.door.line("1");
  CHECK(unread.ended() == Exit::kOk);
}

TEST_CASE("watching ends when the way is lost") {
  SessionTest test{command(Verb::kWatch)};
  const test::Captured err{stderr};
  test.door.answer();
  test.door.answer();
  CHECK_FALSE(test.ended());
  test.door.lost({.code = "hub_lost", .message = "closed"});
  CHECK(test.ended() == Exit::kUnreachable);
}

TEST_CASE("what has no answer in time, and what watching longer than wanted is") {
  const test::Captured err{stderr};
  ctl::Command soon = command(Verb::kWatch);
  soon.timeout = Millis{1};
  SessionTest nobody{soon};
  CHECK(nobody.loop.run() == Exit::kUnreachable);
  SessionTest silent{soon};
  silent.door.answer();
  CHECK(silent.loop.run() == Exit::kTimeout);
  SessionTest watching{soon};
  watching.door.answer();
  watching.door.answer();
  CHECK(watching.loop.run() == Exit::kTimeout);
}

TEST_CASE("a listing goes down into every room, and is printed in the order of a tree") {
  SessionTest test{command(Verb::kList)};
  test.door.answer();
  CHECK(test.door.asked.back() == "list /");
  test.door.answer({.body = R"({"scope":"/","rooms":["a-b","a"]})"});
  CHECK(test.door.asked == Lines{"open", "list /", "list /a-b", "list /a"});
  test.door.answer({.body = R"({"scope":"/a-b","rooms":[]})"});
  test.door.answer({.body = R"({"scope":"/a","rooms":["c"]})"});
  CHECK_FALSE(test.ended());
  test.door.answer({.body = R"({"scope":"/a/c","rooms":[]})"});
  CHECK(test.printed == Lines{R"({"scope":"/","rooms":["a-b","a"]})",
                              R"({"scope":"/a","rooms":["c"]})", R"({"scope":"/a/c","rooms":[]})",
                              R"({"scope":"/a-b","rooms":[]})"});
  CHECK(test.ended() == Exit::kOk);
}

TEST_CASE("a room that vanishes meanwhile is left out, the one asked for is missed") {
  const test::Captured err{stderr};
  SessionTest test{command(Verb::kList)};
  test.door.answer();
  test.door.answer({.body = R"({"scope":"/","rooms":["a"]})"});
  test.door.answer({.code = "not_found"});
  CHECK(test.printed.size() == 1);
  CHECK(test.ended() == Exit::kOk);
  SessionTest secret{command(Verb::kList)};
  secret.door.answer();
  secret.door.answer({.body = R"({"scope":"/","rooms":["a"]})"});
  secret.door.answer({.code = "denied"});
  CHECK(secret.ended() == Exit::kRefused);
  SessionTest none{command(Verb::kList)};
  none.door.answer();
  none.door.answer({.code = "not_found"});
  CHECK(none.ended() == Exit::kNotFound);
}

TEST_CASE("a person is shown a tree") {
  ctl::Command listing = command(Verb::kList);
  listing.tree = true;
  SessionTest test{listing};
  test.door.answer();
  test.door.answer({.body = R"({"scope":"/","members":2,"rooms":[]})"});
  CHECK(test.printed == Lines{"/  2 members"});
  CHECK(test.ended() == Exit::kOk);
}

TEST_CASE("a call prints its result, and fails by the code of its error") {
  ctl::Command call = command(Verb::kCall);
  call.method = "sum";
  call.args = "[1,2]";
  call.to = "ID";
  {
    SessionTest test{call};
    test.door.answer();
    CHECK(test.door.asked == Lines{"open", "call sum [1,2] ID"});
    test.door.answer({.body = R"({"result":{"n": 3}})"});
    CHECK(test.printed == Lines{R"({"n":3})"});
    CHECK(test.ended() == Exit::kOk);
  }
  struct Case {
    std::string_view code;
    Exit exit;
  };
  for (const Case& c : {Case{"no_method", Exit::kNotFound}, Case{"timeout", Exit::kTimeout},
                        Case{"gone", Exit::kUnreachable}, Case{"hub_lost", Exit::kUnreachable},
                        Case{"failed", Exit::kFailure}, Case{"limit", Exit::kRefused}}) {
    const test::Captured log{stderr};
    SessionTest test{call};
    test.door.answer();
    test.door.answer({.code = c.code, .message = "why"});
    CHECK(test.ended() == c.exit);
    CHECK(test.printed.empty());
  }
}

TEST_CASE("a kick is done, or there is no such member") {
  ctl::Command kick = command(Verb::kKick);
  kick.member = "ID";
  kick.reason = "be nice";
  SessionTest test{kick};
  test.door.answer();
  CHECK(test.door.asked == Lines{"open", "kick ID be nice"});
  test.door.answer();
  CHECK(test.ended() == Exit::kOk);
}
