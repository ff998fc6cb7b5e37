// NetConnection.call and the bus's call, without network or hub.
#include "calls.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "bus/client_test.h"
#include "support/pair.h"

using namespace so;
using namespace so::ingest;
using amf::Value;

namespace {

constexpr net::ConnId kId{7};

struct Edge : ClientTest {
  test::Pair pair;
  bool here = true;  // the client
  ingest::Calls calls{
      client,
      {.find = [this](net::ConnId id) { return here && id == kId ? &pair.server : nullptr; },
       .turn = [](net::ConnId) {}}};

  explicit Edge(rtmp::Encoding encoding = rtmp::Encoding::kAmf0) {
    pair.decide = [this](rtmp::ServerSession& server, const rtmp::ServerEvent& event) {
      test::accept(server, event);
      if (const auto* call = std::get_if<rtmp::Call>(&event)) calls.call(kId, "/chat", *call);
      if (const auto* reply = std::get_if<rtmp::Reply>(&event)) calls.reply(kId, *reply);
    };
    pair.connect("chat", encoding);
    pair.pump();
    pair.client_heard();
    client.listen(
        {.call = [this](const wire::FrameView& call) { calls.called(call, loop.now()); }});
    hello();
    told();
  }
  void called(std::string_view method, std::string_view args, std::string_view id = "C",
              int timeout = 10'000) {
    const std::string body = fmt::format(
        R"({{"event":"call","call":"{}","scope":"/chat","method":"{}","args":{},"timeout":{}}})",
        id, method, args, timeout);
    bus.deliver({.header = {.kind = wire::Kind::kCalled, .member = 7},
                 .scope = "/chat",
                 .name = method,
                 .body = body});
    pair.pump();
  }
  /// What the RTMP client hears of the hub's answer.
  test::Lines after_pump() {
    turn(loop);
    pair.pump();
    return pair.client_heard();
  }
};

}  // namespace

TEST_CASE("R2: a call goes to the hub with its arguments as JSON, and its result back") {
  Edge edge;
  edge.pair.client.call("sum", {Value::number(1),
                                Value::string("\xFF"),
                                {amf::Date{5, 0}},
                                {amf::ByteArray{{0, 1}}},
                                Value::undefined()});
  edge.pair.pump();
  edge.expect(R"(call 7 /chat sum {"args":[1,{"$str8":"/w=="},{"$date":5,"tz":0},)"
              R"({"$bytes":"AAE="},{"$undef":true}]})",
              R"({"result":{"n":[1,{"$num":"NaN"}]}})");
  CHECK(edge.after_pump() == test::Lines{"reply 2 {n: [1, nan]}"});
}

TEST_CASE("what AMF3 has other words for is ordinary JSON") {
  Edge edge{rtmp::Encoding::kAmf3};
  edge.pair.client.call("sum", {{amf::Integer{5}},
                                {amf::Array3{{}, {{amf::Integer{1}}}}},
                                {amf::Object3{"", true, {}, {{"k", {amf::Integer{2}}}}}},
                                {amf::Array3{{{"k", Value::null()}}, {}}}});
  edge.pair.pump();
  edge.expect(R"(call 7 /chat sum {"args":[5,[1],{"k":2},{"$array":[],"assoc":{"k":null}}]})",
              R"({"result":null})");
  CHECK(edge.after_pump() == test::Lines{"reply 2 null"});
}

TEST_CASE("an error says its code, and its data where Red5 has them") {
  Edge edge;
  edge.pair.client.call("nothing", {});
  edge.pair.pump();
  edge.bus.refuse(edge.bus.next(), "no_method");
  CHECK(edge.after_pump() ==
        test::Lines{"failure 2 {level: 'error', code: 'NetConnection.Call.Failed', description: "
                    "'told so', error: 'no_method'}"});
  edge.pair.client.call("f", {});
  edge.pair.pump();
  const wire::Frame call = edge.bus.next();
  edge.bus.deliver({.header = {.kind = wire::Kind::kError, .request = call.header.request},
                    .scope = {},
                    .name = {},
                    .body = R"({"error":{"code":"failed","message":"no","data":[1]}})"});
  CHECK(edge.after_pump() ==
        test::Lines{"failure 3 {level: 'error', code: 'NetConnection.Call.Failed', description: "
                    "'no', application: [1], error: 'failed'}"});
  edge.pair.client.call("g", {});
  edge.pair.pump();
  edge.bus.done(edge.bus.next(), R"({"result":{"$nonsense":1}})");
  const test::Lines heard = edge.after_pump();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].find("The result cannot be said in AMF") != std::string::npos);
}

TEST_CASE("an argument that holds itself goes nowhere") {
  Edge edge;
  rtmp::Call call{"f", 9, {}, {Value::object({{"self", {amf::Reference{0}}}})}, 0};
  edge.calls.call(kId, "/chat", call);
  CHECK(edge.bus.idle());
  const test::Lines heard = edge.after_pump();
  CHECK(heard.empty());  // number 9 is none of this client's: it asked nothing
  edge.pair.client.call("g", {});
  edge.pair.pump();
  edge.expect(R"(call 7 /chat g {"args":[]})", R"({"result":1})");
  CHECK(edge.after_pump() == test::Lines{"reply 2 1"});
}

TEST_CASE("R3: a client is called, and what it answers is the result") {
  Edge edge;
  edge.pair.react = [](rtmp::ClientSession& client, const rtmp::ClientEvent& event) {
    const auto* call = std::get_if<rtmp::Call>(&event);
    if (call == nullptr) return;
    if (call->name == "ask") client.result(call->transaction, Value::array(call->arguments));
    if (call->name == "refuse") {
      client.error(call->transaction, "NetConnection.Call.Failed", "no",
                   {{"error", Value::string("no_method")}});
    }
    if (call->name == "odd") client.error(call->transaction, "\xFF", "\xFF");
  };
  edge.called("ask", R"([1,{"$bytes":"AAE="}])");
  edge.expect(R"(result 7 {"call":"C","result":[1,{"$bytes":"AAE="}]})");
  edge.called("refuse", "[]");
  edge.expect(
      R"(result 7 {"call":"C","error":{"code":"no_method","message":"no","data":{"level":"error",)"
      R"("code":"NetConnection.Call.Failed","description":"no","error":"no_method"}}})");
  edge.called("odd", "[]");
  edge.expect(
      R"(result 7 {"call":"C","error":{"code":"failed","message":"","data":{"level":"error",)"
      R"("code":{"$str8":"/w=="},"description":{"$str8":"/w=="}}}})");
}

TEST_CASE("no client is told in a server's name what only the server says") {
  Edge edge;
  for (const char* method : {"onStatus", "close", "_result", "_error", "onBWDone"}) {
    edge.called(method, "[]");
    edge.expect(R"(result 7 {"call":"C","error":{"code":"no_method",)"
                R"("message":"no client may be called that"}})");
  }
  CHECK(edge.pair.client_heard().empty());
  edge.called("ask", R"([{"$nonsense":1}])");
  CHECK(text(edge.bus.next()).find("the arguments cannot be said in AMF") != std::string::npos);
  edge.here = false;
  edge.called("ask", "[]");
  edge.expect(R"(result 7 {"call":"C","error":{"code":"gone","message":"the client has left"}})");
}

TEST_CASE("a client that does not answer is called so often and no more, until that is too late") {
  Edge edge;
  for (std::size_t i = 0; i < ingest::Calls::kUnanswered; ++i) edge.called("ask", "[]", "C", 1000);
  CHECK(edge.bus.idle());
  edge.called("ask", "[]");
  edge.expect(
      R"(result 7 {"call":"C","error":{"code":"limit","message":"the client does not answer"}})");
  edge.calls.tick(edge.loop.now() + Millis{999});
  edge.called("ask", "[]");
  edge.expect(
      R"(result 7 {"call":"C","error":{"code":"limit","message":"the client does not answer"}})");
  edge.calls.tick(edge.loop.now() + Millis{1000});
  edge.called("ask", "[]", "D");
  CHECK(edge.bus.idle());
  edge.pair.client.result(3, Value::number(1));  // too late
  edge.pair.client.result(2.0 + ingest::Calls::kUnanswered, Value::number(2));
  edge.pair.pump();
  edge.expect(R"(result 7 {"call":"D","result":2})");
  CHECK(edge.bus.idle());
}
