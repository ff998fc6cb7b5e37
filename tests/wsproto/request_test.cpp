#include "wsproto/request.h"

#include <array>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace so;
using namespace so::wsproto;

namespace {

Request request(std::string_view text) {
  json::Parser parser;
  const auto parsed = parse_request(parser, text);
  const auto* refusal = std::get_if<Refusal>(&parsed);
  REQUIRE_MESSAGE(refusal == nullptr, (refusal != nullptr ? refusal->message : ""));
  return std::get<Request>(parsed);
}

Refusal refusal(std::string_view text) {
  json::Parser parser;
  const auto parsed = parse_request(parser, text);
  REQUIRE_MESSAGE(std::holds_alternative<Refusal>(parsed), text);
  return std::get<Refusal>(parsed);
}

}  // namespace

TEST_CASE("every operation has its kind of bus request") {
  struct Case {
    std::string_view text;
    wire::Kind kind;
  };
  for (const Case& c : std::array{Case{R"({"op":"join"})", wire::Kind::kJoin},
                                  Case{R"({"op":"leave"})", wire::Kind::kLeave},
                                  Case{R"({"op":"use","object":"o"})", wire::Kind::kUse},
                                  Case{R"({"op":"release","object":"o"})", wire::Kind::kRelease},
                                  Case{R"({"op":"get","object":"o"})", wire::Kind::kGet},
                                  Case{R"({"op":"drop","object":"o"})", wire::Kind::kDrop},
                                  Case{R"({"op":"list"})", wire::Kind::kList},
                                  Case{R"({"op":"history","stream":"a"})", wire::Kind::kHistory},
                                  Case{R"({"op":"stat","list":true})", wire::Kind::kStat}}) {
    CHECK(request(c.text).kind == c.kind);
    CHECK_FALSE(request(c.text).ping);
  }
  CHECK(request(R"({"op":"ping","id":1})").ping);
}

TEST_CASE("writes become a batch of changes") {
  struct Case {
    std::string_view text;
    std::string_view changes;
  };
  for (
      const Case& c : std::array{
          Case{R"({"op":"set","object":"o","key":"k","value":{"x": 1.0},"expect":7})",
               R"({"changes":[{"op":"set","key":"k","value":{"x":1}}],"expect":7})"},
          Case{R"({"op":"delete","object":"o","key":"k"})",
               R"({"changes":[{"op":"delete","key":"k"}]})"},
          Case{R"({"op":"clear","object":"o"})", R"({"changes":[{"op":"clear"}]})"},
          Case{R"({"op":"send","object":"o","handler":"h","args":[1]})",
               R"({"changes":[{"op":"send","handler":"h","args":[1]}]})"},
          Case{
              R"({"op":"change","object":"o","changes":[{"op":"clear"}],"force":true,"producer":"p","seq":1})",
              R"({"changes":[{"op":"clear"}],"force":true,"producer":"p","seq":1})"}}) {
    CHECK(request(c.text).kind == wire::Kind::kChange);
    CHECK(request(c.text).body == c.changes);
  }
}

TEST_CASE("calls and their results become bodies of the bus") {
  const Request call = request(
      R"({"id":1,"op":"call","method":"sum","args":[1, {"$date":2}],"timeout":5000,"to":"ID"})");
  CHECK(call.kind == wire::Kind::kCall);
  CHECK(call.method == "sum");
  CHECK(call.body == R"({"args":[1,{"$date":2}],"timeout":5000,"to":"ID"})");
  CHECK(request(R"({"op":"call","method":"sum","result":1})").body == "{}");
  const Request result = request(R"({"op":"result","call":"C","result":[1, null],"args":1})");
  CHECK(result.kind == wire::Kind::kResult);
  CHECK(result.body == R"({"call":"C","result":[1,null]})");
  CHECK(request(R"({"op":"result","call":"C","error":{"message":"no","data":1}})").body ==
        R"({"call":"C","error":{"message":"no","data":1}})");
  CHECK(refusal(R"({"op":"call"})").message == "method is missing or not a string");
  CHECK(refusal(R"({"op":"call","method":1})").message == "method is missing or not a string");
}

TEST_CASE("options are read") {
  const Request join = request(R"({"op":"join","info":{"nick": "ann"},"presence":true})");
  CHECK(join.info == R"({"nick":"ann"})");
  CHECK(join.presence);
  CHECK(request(R"({"op":"use","object":"o","persistent":true})").persistent);
  CHECK(request(R"({"op":"get","object":"o","key":"k"})").key == "k");
}

TEST_CASE("a history is of a stream, whatever scope the connection is in") {
  const Request read = request(R"({"op":"history","stream":"live/cam/","last":20})");
  CHECK(read.scope == "/live/cam");
  CHECK(read.last == 20);
  CHECK_FALSE(request(R"({"op":"history","stream":"/cam"})").last);
  CHECK(refusal(R"({"op":"history","scope":"/live/cam"})").code == "bad_request");
  CHECK(refusal(R"({"op":"history","stream":7})").code == "bad_request");
  CHECK(refusal(R"({"op":"history","stream":"/live/.."})").code == "bad_path");
}

TEST_CASE("ids, scopes and positions are read") {
  const Request r = request(
      R"({"id":"a\"b","op":"use","scope":"chat//r/","object":"o","epoch":"00000000000000ff","version":7})");
  CHECK(r.id == R"("a\"b")");
  CHECK(r.scope == "/chat/r");
  CHECK(r.object == "o");
  CHECK(r.epoch == 255);
  CHECK(r.version == 7);
  CHECK(request(R"({"id":1.5,"op":"list"})").id == "1.5");
  CHECK(request(R"({"id":null,"op":"list"})").id.empty());
  CHECK(request(R"({"op":"list"})").scope.empty());
}

TEST_CASE("what is no request is refused by name, with its id") {
  CHECK(refusal("{").code == "bad_json");
  CHECK(refusal("{").id.empty());
  CHECK(refusal(R"({"id":17,"op":"set","value":18446744073709551616})").id == "17");
  CHECK(refusal(R"({"id":17,"op)").code == "bad_json");
  for (const std::string_view text :
       {R"({"id":017,"op)", R"({"id":17)", R"({"id":"a","op)", R"({ "id":17,"op)",
        R"({"id":1234567890123456,"op)", R"({"id":,)"}) {
    CHECK(refusal(text).id.empty());
  }
  CHECK(refusal("[1]").message == "a request is a JSON object");
  CHECK(refusal(R"({"id":3})").id == "3");
  CHECK(refusal(R"({"id":3})").message == "op is missing or not a string");
  for (const std::string_view flag : {"presence", "pattern", "list", "persistent"}) {
    const auto with = [&](std::string_view value) {
      return fmt::format(R"({{"op":"use","object":"o","{}":{}}})", flag, value);
    };
    CHECK(request(with("true")).object == "o");
    for (const std::string_view value : {"1", "\"yes\"", "null", "{}"})
      CHECK(refusal(with(value)).message == fmt::format("{} is not true or false", flag));
  }
  CHECK(refusal(R"({"op":"fly"})").code == "unknown_op");
  CHECK(refusal(R"({"op":"fly"})").message == "there is no operation \"fly\"");
  CHECK(refusal(R"({"op":"set","object":1,"key":"k","value":1})").message ==
        "object is not a string");
  CHECK(refusal(R"({"op":"list","scope":1})").message == "scope is not a string");
  CHECK(refusal(R"({"op":"list","scope":"/a/.."})").code == "bad_path");
  CHECK(refusal(R"({"op":"join","info":1})").message == "info is not an object");
  CHECK(refusal(R"({"op":"get","object":"o","key":1})").message == "key is not a string");
  CHECK(refusal(R"({"op":"use","object":"o","epoch":"x"})").message ==
        "epoch is not 16 hexadecimal digits");
  CHECK(refusal(R"({"op":"use","object":"o","version":-1})").message ==
        "version is not a whole number");
}

TEST_CASE("what is about a mailbox") {
  const Request reading =
      request(R"({"op":"register","identity":"ann","lifetime":600000,"max_connections":2})");
  CHECK(reading.kind == wire::Kind::kRegister);
  CHECK(reading.identity == "ann");
  CHECK(reading.lifetime == 600'000);
  CHECK(reading.connections == 2);
  const Request own = request(R"({"op":"register"})");
  CHECK(own.identity.empty());
  CHECK_FALSE(own.lifetime);
  CHECK(own.connections == 1);
  CHECK(request(R"({"op":"unregister"})").kind == wire::Kind::kUnregister);
  CHECK(request(R"({"op":"notify","identity":"a","message":{"x":1},"seq":1,"y":2})").body ==
        R"({"message":{"x":1},"seq":1})");
  const Request ack = request(R"({"op":"ack","epoch":"00000000000000ff","seq":3})");
  CHECK(ack.epoch == 255);
  CHECK(ack.version == 3);
  for (const char* bad :
       {R"({"op":"register","identity":7})", R"({"op":"register","identity":""})",
        R"({"op":"register","lifetime":-1})", R"({"op":"register","max_connections":"2"})",
        R"({"op":"notify","message":1})", R"({"op":"ack","seq":3})",
        R"({"op":"ack","epoch":"00000000000000ff"})"}) {
    CHECK_MESSAGE(refusal(bad).code == "bad_request", bad);
  }
}

TEST_CASE("an event for others, and another token") {
  const Request emit = request(R"({"op":"emit","name":"hi","data":[1],"to":"x","z":1})");
  CHECK(emit.kind == wire::Kind::kEmit);
  CHECK(emit.method == "hi");
  CHECK(emit.body == R"({"data":[1],"to":"x"})");
  CHECK(refusal(R"({"op":"emit","data":1})").message == "name is missing or not a string");
  CHECK(request(R"({"op":"refresh","token":"a.b.c"})").token == "a.b.c");
  CHECK(request(R"({"op":"refresh","token":"a.b.c"})").refresh);
}
