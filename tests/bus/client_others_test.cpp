// What a client tells of others: members of a scope, streams, metadata; and what an outage hides.
#include "client_test.h"

using namespace so;
using wire::Kind;

namespace {

constexpr std::string_view kJoin = R"(join 1 /chat {"presence":true})";
constexpr std::string_view kFollow = R"(follow / {"meta":true,"streams":true,"latest":true})";

std::string member(std::string_view event, std::string_view id, std::string_view info = "") {
  return fmt::format(R"({{"event":"{}","scope":"/chat","member":"{}"{}}})", event, id,
                     info.empty() ? "" : fmt::format(R"(,"info":{})", info));
}
std::string up(std::string_view stream, std::string_view publisher) {
  return fmt::format(R"({{"event":"stream","stream":"{}","state":"up","publisher":"{}"}})", stream,
                     publisher);
}

struct OthersTest : ClientTest {
  void event(Kind kind, std::string_view scope, std::string_view body) {
    bus.deliver({.header = {.kind = kind}, .scope = scope, .name = {}, .body = body});
  }
  /// A hub with a short lease, so that a test can wait for its end.
  void brief_hello() {
    bus.link(true);
    bus.done(bus.next(), R"({"hub":"00000000000000bb","beat":5000,"lease":100})");
  }
  void wait_for(std::size_t lines) {
    net::Timer tick{loop, [this] { loop.stop(); }};
    while (diary.size() < lines) {
      tick.start(Millis{5});
      loop.run();
    }
  }
};

}  // namespace

TEST_CASE("members that come and go are events") {
  OthersTest test;
  test.hello();
  test.client.join(1, "/chat", {.presence = true});
  test.expect(kJoin, R"({"member":"m","members":[{"member":"m","info":{}}]})");
  test.event(Kind::kMember, "/chat", member("join", "ann", "{}"));
  test.event(Kind::kMember, "/chat", member("leave", "ann"));
  CHECK(test.told() == Told{"connected", "event /chat  " + member("join", "ann", "{}"),
                            "event /chat  " + member("leave", "ann")});
}

TEST_CASE(
    "after a restart only members that are new are told at once, and the missing ones later") {
  OthersTest test;
  test.hello();
  test.client.join(1, "/chat", {.presence = true});
  test.expect(
      kJoin,
      R"({"members":[{"member":"ann","info":{}},{"member":"bob","info":{}},{"member":"cyd"}]})");
  test.told();
  test.bus.link(false);
  test.brief_hello();
  test.expect(kJoin, R"({"members":[{"member":"ann","info":{}},{"member":"dan","info":{"n":1}}]})");
  test.event(Kind::kMember, "/chat", member("join", "bob", "{}"));  // his tool has come back, too
  CHECK(test.told() ==
        Told{"lost: ", "event /chat  " + member("join", "dan", R"({"n":1})"), "connected"});
  test.wait_for(1);
  CHECK(test.told() == Told{"event /chat  " + member("leave", "cyd")});
}

TEST_CASE("who joins with presence is news to those of the same tool who were told before") {
  OthersTest test;
  test.hello();
  test.client.join(1, "/chat", {.presence = true});
  test.expect(kJoin, R"({"members":[{"member":"ann","info":{}}]})");
  CHECK(test.told() == Told{"connected"});
  test.client.join(2, "/chat", {.presence = true});
  test.expect(R"(join 2 /chat {"presence":true})",
              R"({"members":[{"member":"ann","info":{}},{"member":"bob","info":{}}]})");
  CHECK(test.told() == Told{"event /chat  " + member("join", "bob", "{}")});
  test.event(Kind::kMember, "/chat", member("join", "bob", "{}"));  // which was on its way
  CHECK(test.told().empty());
}

TEST_CASE("a list that was cut short proves nobody missing") {
  OthersTest test;
  test.hello();
  test.client.join(1, "/chat", {.presence = true});
  test.expect(kJoin, R"({"members":[{"member":"ann"},{"member":"bob"}]})");
  test.bus.link(false);
  test.brief_hello();
  test.expect(kJoin, R"({"members":[{"member":"ann"}],"truncated":true})");
  test.told();
  net::Timer past_lease{test.loop, [&] { test.loop.stop(); }};
  past_lease.start(Millis{150});
  test.loop.run();
  CHECK(test.told().empty());
}

TEST_CASE("what a follow finds comes as events, before its reply") {
  OthersTest test;
  test.hello();
  test.client.follow("/", {}, [&](const bus::Reply&) { test.diary.emplace_back("followed"); });
  const std::string meta = R"({"event":"meta","stream":"/live/cam","data":1})";
  test.expect(kFollow,
              fmt::format(R"({{"streams":[{}],"latest":[{}]}})", up("/live/cam", "p"), meta));
  CHECK(test.told() == Told{"connected", "event /live/cam  " + up("/live/cam", "p"),
                            "event /live/cam / " + meta, "followed"});
  test.event(Kind::kMetadata, "/live/cam", "as it is");
  CHECK(test.told() == Told{"event /live/cam  as it is"});
}

TEST_CASE(
    "after a restart a stream that came back is no news, one that moved is, a lost one goes down") {
  OthersTest test;
  test.hello();
  test.client.follow("/", {});
  test.expect(kFollow, fmt::format(R"({{"streams":[{},{},{}]}})", up("/a", "p"), up("/b", "p"),
                                   up("/c", "p")));
  test.told();
  test.bus.link(false);
  test.brief_hello();
  test.expect(kFollow, fmt::format(R"({{"streams":[{}]}})", up("/a", "p")));
  test.event(Kind::kStream, "/b", up("/b", "q"));
  CHECK(test.told() == Told{"lost: ", "connected", "event /b  " + up("/b", "q")});
  test.wait_for(1);
  CHECK(test.told() ==
        Told{R"(event /c  {"event":"stream","stream":"/c","state":"down","publisher":"p"})"});
}

TEST_CASE("a tool may undo what it is being told of") {
  OthersTest test;
  test.client.listen({.event = [&](const wire::FrameView& event) {
    test.note("event", event);
    test.client.unfollow("/");
    test.client.gone(1);
  }});
  test.hello();
  test.client.follow("/", {});
  test.expect(kFollow, fmt::format(R"({{"streams":[{},{}]}})", up("/a", "p"), up("/b", "p")));
  CHECK(test.told().lines.size() == 2);
}
