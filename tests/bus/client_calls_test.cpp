// The client calls, is called, and what becomes of both when the hub goes away.
#include "client_test.h"

using namespace so;
using wire::Kind;

namespace {

constexpr std::string_view kCall = R"({"event":"call","call":"00000000000000aa-1","args":[]})";

void called(ClientTest& test, std::uint64_t member) {
  test.bus.deliver({.header = {.kind = Kind::kCalled, .member = member},
                    .scope = "/chat",
                    .name = "sum",
                    .body = kCall});
}

}  // namespace

TEST_CASE("a call is answered when it is over, also after what was asked later") {
  ClientTest test;
  test.hello();
  test.client.call(3, "/chat", "sum", bus::call_body({.args = "[1,2]"}), test.answer("call"));
  const wire::Frame call = test.bus.next();
  CHECK(text(call) == R"(call 3 /chat sum {"args":[1,2]})");
  test.client.call(0, "/chat", "sum", bus::call_body({.timeout = Millis{250}, .to = "ID"}),
                   test.answer("other"));
  test.expect(R"(call /chat sum {"args":[],"timeout":250,"to":"ID"})", R"({"result":1})");
  test.bus.done(call, R"({"result":3})");
  CHECK(test.told() ==
        Told{"connected", R"(other ok 0:0 {"result":1})", R"(call ok 0:0 {"result":3})"});
}

TEST_CASE("the data of an error come with it") {
  ClientTest test;
  test.hello();
  std::string data;
  test.client.call(0, "/chat", "sum", {}, [&](const bus::Reply& reply) {
    CHECK(reply.code == "failed");
    CHECK(reply.message == "no");
    data = reply.data;
  });
  const wire::Frame call = test.bus.next();
  test.bus.deliver({.header = {.kind = Kind::kError, .request = call.header.request},
                    .scope = {},
                    .name = {},
                    .body = R"({"error":{"code":"failed","message":"no","data":{"at": 1}}})"});
  CHECK(data == R"({"at":1})");
}

TEST_CASE("calls under way end hub_lost, and so does what is called without a hub") {
  ClientTest test;
  test.hello();
  test.client.call(0, "/chat", "sum", {}, test.answer("before"));
  test.bus.link(false, "it crashed");
  test.client.call(0, "/chat", "sum", {}, test.answer("meanwhile"));
  CHECK(test.told() == Told{"connected", "before hub_lost: there is no hub", "lost: it crashed",
                            "meanwhile hub_lost: there is no hub"});
}

TEST_CASE("what is served is announced again after a restart and after a gap, until it is not") {
  ClientTest test;
  test.client.serve("/chat", "sum", false, test.answer("serve"));
  test.client.serve("/", "min", true);
  test.hello();
  test.expect(R"(serve / min {"share":true})");
  test.expect("serve /chat sum");
  CHECK(test.told() == Told{"serve ok 0:0 ", "connected"});
  test.bus.link(false, "it crashed");
  test.hello("00000000000000bb");
  test.expect(R"(serve / min {"share":true})");
  test.bus.refuse(test.bus.next(), "in_use");
  CHECK(test.told() == Told{"lost: it crashed", "refused serve /chat sum: in_use", "connected"});
  test.bus.deliver({.header = {.kind = Kind::kGap}, .scope = {}, .name = {}, .body = {}});
  test.expect(R"(serve / min {"share":true})");
  test.client.unserve("/", "min");
  test.expect("unserve / min");
  test.bus.link(false, "again");
  test.hello("00000000000000cc");
  CHECK(test.bus.idle());
}

TEST_CASE("what nobody handles is answered no_method, and a kick ends the member") {
  ClientTest test;
  test.hello();
  test.client.join(4, "/chat", {});
  test.expect(R"(join 4 /chat {"presence":false})");
  called(test, 4);
  test.expect(
      R"(result 4 {"call":"00000000000000aa-1","error":{"code":"no_method","message":""}})");
  test.bus.deliver({.header = {.kind = Kind::kKicked, .member = 4},
                    .scope = {},
                    .name = {},
                    .body = R"({"event":"kick"})"});
  test.expect("leave 4 /");
}

TEST_CASE("an answer the hub does not take becomes a failure") {
  ClientTest test;
  test.hello();
  std::vector<std::string> calls;
  test.client.listen(
      {.call = [&](const wire::FrameView& call) { calls.push_back(bus::call_id(call.body)); }});
  called(test, 0);
  REQUIRE(calls == std::vector<std::string>{"00000000000000aa-1"});
  test.client.answer(0, calls[0], {.value = "3"});
  const wire::Frame result = test.bus.next();
  CHECK(text(result) == R"(result {"call":"00000000000000aa-1","result":3})");
  test.bus.refuse(result, "limit");
  test.expect(R"(result {"call":"00000000000000aa-1","error":{"code":"failed",)"
              R"("message":"the answer was not taken: told so"}})");
  test.client.answer(0, calls[0], {.code = "failed", .message = "no", .value = "[1]"});
  test.expect(R"(result {"call":"00000000000000aa-1","error":{"code":"failed",)"
              R"("message":"no","data":[1]}})");
  test.client.answer(0, calls[0], {.value = "1"});
  test.bus.refuse(test.bus.next(), "gone");
  CHECK(test.bus.idle());
}
