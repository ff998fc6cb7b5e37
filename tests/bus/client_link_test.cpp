// The client and a hub that comes and goes. What it announces: client_claims_test.cpp.
#include "client_test.h"

using namespace so;
using wire::Kind;

TEST_CASE("a client says hello with its name and incarnation, and is connected when answered") {
  ClientTest test;
  CHECK_FALSE(test.client.connected());
  test.bus.link(true);
  const wire::Frame hello = test.bus.next();
  CHECK(text(hello) == fmt::format(R"(hello {{"tool":"test","incarnation":"{}"}})",
                                   wire::hex64(test.client.incarnation())));
  CHECK_FALSE(test.client.connected());
  test.bus.done(hello, R"({"hub":"00000000000000aa","beat":5000,"lease":15000})");
  CHECK(test.client.connected());
  CHECK(test.told() == Told{"connected"});
}

TEST_CASE("a member's id is the incarnation and the number") {
  ClientTest test;
  CHECK(test.client.new_member() == 1);
  CHECK(test.client.new_member() == 2);
  CHECK(test.client.member_id(2) == wire::hex64(test.client.incarnation()) + "-2");
}

TEST_CASE("replies find who asked, in whatever order they come") {
  ClientTest test;
  test.hello();
  test.client.get(1, "/chat", "so", "k", test.answer("get"));
  test.client.list(1, "/chat", test.answer("list"));
  const wire::Frame get = test.bus.next();
  const wire::Frame list = test.bus.next();
  CHECK(text(get) == R"(get 1 /chat so {"key":"k"})");
  CHECK(text(list) == "list 1 /chat");
  test.bus.done(list, R"({"members":2})");
  test.bus.refuse(get, "not_found");
  test.bus.done(get);  // once is enough
  CHECK(test.told() == Told{"connected", R"(list ok 0:0 {"members":2})", "get not_found: told so"});
}

TEST_CASE("a request without a callback asks for no reply") {
  ClientTest test;
  test.hello();
  test.client.change(1, "/chat", "so", R"({"changes":[]})");
  CHECK(test.bus.next().header.request == 0);
  test.client.change(1, "/chat", "so", "{}", [](const bus::Reply&) {});
  CHECK(test.bus.next().header.request != 0);
}

TEST_CASE("what waits when the hub goes away is answered hub_lost, and so is what is asked then") {
  ClientTest test;
  test.hello();
  test.client.change(1, "/chat", "so", "{}", test.answer("before"));
  test.bus.link(false, "it crashed");
  CHECK(test.told() == Told{"connected", "before hub_lost: there is no hub", "lost: it crashed"});
  test.client.change(1, "/chat", "so", "{}", test.answer("meanwhile"));
  CHECK(test.diary.empty());  // never from inside the request
  CHECK(test.told() == Told{"meanwhile hub_lost: there is no hub"});
}

TEST_CASE("what is asked while the hub is told of us waits for that, and goes with the hub") {
  ClientTest test;
  test.client.join(1, "/chat", {}, [&](const bus::Reply&) {
    test.client.change(1, "/chat", "so", "{}", test.answer("change"));
  });
  test.client.join(2, "/chat", {});
  test.hello();
  test.expect(R"(join 1 /chat {"presence":false})");
  const wire::Frame second = test.bus.next();
  CHECK(test.bus.idle());
  test.bus.done(second);
  test.expect("change 1 /chat so {}");
  CHECK(test.told() == Told{"connected", "change ok 0:0 "});

  test.bus.link(false);
  test.hello();
  test.client.list(1, "/chat", test.answer("list"));
  test.bus.link(false);
  CHECK(test.told() == Told{"lost: ", "list hub_lost: there is no hub"});
}

TEST_CASE("replies of a lost link are not taken for those of the next") {
  ClientTest test;
  test.hello();
  test.client.list(1, "/chat", test.answer("first"));
  const wire::Frame first = test.bus.next();
  test.bus.link(false);
  test.hello();
  test.client.list(1, "/chat", test.answer("second"));
  test.told();
  test.bus.done(first);
  CHECK(test.told().empty());
}

TEST_CASE("a hub that forgot us is greeted again") {
  ClientTest test;
  test.hello();
  test.client.list(1, "/chat", test.answer("list"));
  test.bus.refuse(test.bus.next(), "unknown_tool");
  CHECK(test.told() ==
        Told{"connected", "list hub_lost: there is no hub", "lost: the hub had forgotten us"});
  CHECK(test.bus.next().header.kind == Kind::kHello);
}

TEST_CASE("a refused hello is told") {
  ClientTest test;
  test.bus.link(true);
  test.bus.refuse(test.bus.next(), "version");
  CHECK_FALSE(test.client.connected());
  CHECK(test.told() == Told{"lost: the hub refused hello: told so"});
}

TEST_CASE("the lease is renewed as often as the hub wants, and a silent hub is given up") {
  ClientTest test;
  test.bus.link(true);
  test.bus.done(test.bus.next(), R"({"hub":"00000000000000aa","beat":100,"lease":300})");
  test.told();
  net::Timer stop{test.loop, [&] { test.loop.stop(); }};
  stop.start(Millis{150});
  test.loop.run();
  const wire::Frame beat = test.bus.next();
  CHECK(text(beat) == "beat");
  CHECK(beat.header.request != 0);  // whether we are still known is worth an answer
  while (test.diary.empty()) {
    stop.start(Millis{10});
    test.loop.run();
  }
  CHECK(test.told() == Told{"lost: the hub is silent"});
  std::vector<std::string> last;
  while (!test.bus.idle()) last.emplace_back(wire::to_text(test.bus.next().header.kind));
  REQUIRE(last.size() >= 2);
  CHECK(last[last.size() - 2] == "bye");  // what it may still hold of us is old
  CHECK(last.back() == "hello");
}

TEST_CASE("a request that cannot be sent is refused") {
  ClientTest test;
  test.hello();
  test.client.change(1, "/chat", "so", std::string(wire::kMaxBody + 1, ' '), test.answer("big"));
  test.bus.full = true;
  test.client.list(1, "/chat", test.answer("list"));
  CHECK(test.told() == Told{"connected", "big limit: the request is too big",
                            "list limit: too much waits to be sent to the hub"});
}

TEST_CASE("what takes something back has room in a queue that is full") {
  ClientTest test;
  test.use_so();
  test.bus.full = true;
  test.client.leave(1, "/other", test.answer("nothing"));
  CHECK(test.told() == Told{"nothing limit: too much waits to be sent to the hub"});
  test.client.release(1, "/chat", "so");
  test.client.gone(1);
  test.expect("release 1 /chat so");
  test.expect("leave 1 /");
}

TEST_CASE("requests that wait are bounded, with a hub and without") {
  ClientTest test;
  std::size_t refused = 0;
  const auto count = [&](const bus::Reply& reply) { refused += reply.code == "limit" ? 1U : 0U; };
  for (std::size_t i = 0; i <= bus::Client::kMaxPending; ++i) {
    test.client.use(1, "/chat", "so", {}, count);
  }
  turn(test.loop);
  CHECK(refused == 1);
  ClientTest connected;
  connected.hello();
  for (std::size_t i = 0; i <= bus::Client::kMaxPending; ++i) {
    connected.client.list(1, "/chat", count);
  }
  turn(connected.loop);
  CHECK(refused == 2);
}

TEST_CASE("a client that ends says bye") {
  net::Loop loop;
  FakeBus bus;
  {
    bus::Client client{bus, loop, "test"};
    bus.link(true);
    CHECK(bus.next().header.kind == Kind::kHello);
  }
  CHECK(bus.next().header.kind == Kind::kBye);
}

TEST_CASE("a client that speaks for others says what is known of them") {
  ClientTest test{R"({"role":"anonymous"})"};
  test.bus.link(true);
  const wire::Frame hello = test.bus.next();
  CHECK(text(hello) == fmt::format(R"(hello {{"tool":"test","incarnation":"{}",)"
                                   R"("claims":{{"role":"anonymous"}}}})",
                                   wire::hex64(test.client.incarnation())));
}

TEST_CASE("whether a stream may be played is asked in its scope, by its name") {
  ClientTest test;
  test.hello();
  test.client.may_play(3, "/live/room/cam", test.answer("play"));
  const wire::Frame ask = test.bus.next();
  CHECK(text(ask) == R"(ask 3 /live/room {"action":"play","name":"cam"})");
  test.bus.refuse(ask, "denied");
  CHECK(test.told() == Told{"connected", "play denied: told so"});
}
