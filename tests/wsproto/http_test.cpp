#include "wsproto/http.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace so;
using namespace so::wsproto;

namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

/// "KIND scope object key identity/method body" of each request, or "code: message".
struct HttpTest {
  json::Parser parser;

  [[nodiscard]] static std::string one(const std::variant<Request, Refusal>& read) {
    if (const auto* refusal = std::get_if<Refusal>(&read)) {
      return refusal->code + ": " + refusal->message;
    }
    const auto& request = std::get<Request>(read);
    std::string text{wire::to_text(request.kind)};
    for (const std::string& each :
         {request.object, request.identity, request.key, request.method, request.body}) {
      if (!each.empty()) text += " " + each;
    }
    if (request.last) text += " last " + std::to_string(*request.last);
    if (request.epoch != 0) text += " since " + std::to_string(request.version);
    return text;
  }
  std::string read(const HttpCall& call) {
    const auto read = read_http(parser, call);
    if (const auto* refusal = std::get_if<Refusal>(&read)) {
      return refusal->code + ": " + refusal->message;
    }
    const auto& requests = std::get<HttpRequests>(read);
    std::string all = requests.list ? "list" : "";
    for (const auto& each : requests.all) all += (all.empty() ? "" : "; ") + one(each);
    return all;
  }
  std::string ask(std::string_view method, const Query& query, std::string_view body = "",
                  std::string_view once = "") {
    return read({.method = method, .query = query, .text = false, .once = once, .body = body});
  }
};

}  // namespace

TEST_CASE("http: the address and the body say what is asked") {
  HttpTest test;
  CHECK(
      test.ask("POST", {}, "\"hi\"") ==
      R"(change chat message {"changes":[{"op":"set","key":"message","value":"hi"}],"force":true,"visit":true})");
  CHECK(
      test.ask("PUT", {{"object", "o"}, {"key", "k"}, {"expect", "7"}}, "{ \"a\": 1 }") ==
      R"(change o k {"changes":[{"op":"set","key":"k","value":{"a":1}}],"force":false,"expect":7,"visit":true})");
  for (const auto& [said, force] : {std::pair{"", "true"},
                                    {"true", "true"},
                                    {"1", "true"},
                                    {"false", "false"},
                                    {"0", "false"}}) {
    CHECK(test.ask("PUT", {{"object", "o"}, {"key", "k"}, {"force", said}}, "1")
              .find(std::string{R"("force":)"} + force) != std::string::npos);
  }
  CHECK(test.ask("PUT", {{"object", "o"}, {"key", "k"}, {"force", "no"}}, "1") ==
        "bad_request: force is not true or false");
  CHECK(test.ask("DELETE", {{"object", "o"}, {"key", "k"}}) ==
        R"(change o k {"changes":[{"op":"delete","key":"k"}],"visit":true})");
  CHECK(
      test.ask("POST", {{"object", "o"}, {"handler", "h"}, {"producer", "p"}, {"seq", "1"}},
               "[1]") ==
      R"(change o {"changes":[{"op":"send","handler":"h","args":[1]}],"producer":"p","seq":1,"visit":true})");
  CHECK(test.ask("POST", {{"event", "typing"}}, "{\"n\":1}") ==
        R"(emit typing {"data":{"n":1},"visit":true})");
  CHECK(test.ask("POST", {{"event", "typing"}, {"to", "x-1"}}) ==
        R"(emit typing {"to":"x-1","visit":true})");
  CHECK(test.ask("POST", {{"mailbox", "bob"}}, "[1]") ==
        R"(notify bob {"message":[1],"visit":true})");
  CHECK(test.ask("POST", {{"mailbox", "bob"}, {"producer", "p"}, {"seq", "3"}}, "1") ==
        R"(notify bob {"message":1,"producer":"p","seq":3,"visit":true})");
  CHECK(test.ask("DELETE", {{"mailbox", "ann"}, {"upto", "00000000000000ff-7"}}) ==
        R"(ack ann {"visit":true} since 7)");
  CHECK(test.ask("DELETE", {{"mailbox", ""}, {"upto", "00000000000000ff-7"}}) ==
        R"(ack {"visit":true} since 7)");
  CHECK(test.ask("GET", {{"object", "o"}}) == "get o");
  CHECK(test.ask("GET", {{"object", "o"}, {"key", "k"}}) == "get o k");
  CHECK(test.ask("GET", {{"object", "o"}, {"last", "5"}}) == "get o last 5");
  CHECK(test.ask("GET", {{"object", "o"}, {"since", "00000000000000ff-7"}}) == "get o since 7");
  CHECK(test.ask("GET", {{"members", ""}}) == "members");
  CHECK(test.ask("GET", {{"list", ""}}) == "list");
  CHECK(test.ask("GET", {{"stat", "list"}}) == "stat");
  CHECK(
      test.read({.method = "POST", .query = {}, .text = true, .once = {}, .body = "hi \"you\""}) ==
      R"(change chat message {"changes":[{"op":"set","key":"message","value":"hi \"you\""}],"force":true,"visit":true})");
}

TEST_CASE("http: a body may be a request, or some") {
  HttpTest test;
  const Query request{{"request", ""}};
  CHECK(test.ask("POST", request, R"({"op":"get","object":"o"})") == "get o");
  CHECK(
      test.ask("POST", request, R"([{"op":"ping"},{"op":"nothing"},{"op":"use","object":"o"}])") ==
      "list; other; unknown_op: there is no operation \"nothing\"; bad_request: this needs a "
      "connection that stays");
  CHECK(test.ask("POST", request, "[]") == "bad_request: a list has 1 to 100 requests");
  std::string many = "[1";
  for (int i = 0; i < 100; ++i) many += ",1";
  CHECK(test.ask("POST", request, many + "]") == "bad_request: a list has 1 to 100 requests");
  for (const char* op :
       {"join", "leave", "use", "release", "register", "unregister", "result", "refresh"}) {
    CAPTURE(op);
    const std::string text =
        R"({"op":")" + std::string{op} + R"(","object":"o","identity":"i","token":"t","call":"c"})";
    CHECK(test.ask("POST", request, text) == "bad_request: this needs a connection that stays");
  }
}

TEST_CASE("http: a key is for changes, and another for each of a list") {
  HttpTest test;
  const Query request{{"request", ""}};
  CHECK(test.ask("POST", {}, "1", "abc").find(R"("once":"abc","visit":true)") != std::string::npos);
  CHECK(
      test.ask("POST", request,
               R"([{"op":"delete","object":"o","key":"k"},{"op":"delete","object":"o","key":"k"}])",
               "abc") ==
      R"(list; change o k {"changes":[{"op":"delete","key":"k"}],"once":" 0 abc","visit":true}; )"
      R"(change o k {"changes":[{"op":"delete","key":"k"}],"once":" 1 abc","visit":true})");
  CHECK(test.ask("POST", {}, "1", std::string(65, 'k')) ==
        "bad_request: Idempotency-Key is over 64 bytes");
  CHECK(test.ask("POST", {{"event", "e"}}, "", "abc") ==
        "bad_request: only changes of objects are done once");
  CHECK(test.ask("GET", {{"object", "o"}}, "", "abc") == "get o");
  const std::string named =
      R"({"op":"set","object":"o","key":"k","value":{"once":1,"producer":2}})";
  CHECK(test.ask("POST", request, named, "abc").find(R"("once":"abc")") != std::string::npos);
}

TEST_CASE("http: what is not JSON is refused with the place") {
  HttpTest test;
  const std::string broken = test.ask("POST", {}, "{\"a\":1,\n  b}");
  CHECK(broken.starts_with("bad_json: "));
  CHECK(broken.ends_with("line 2, column 3 (byte 10)"));
  CHECK(where_broken("[1,]") == "line 1, column 4 (byte 3)");
  CHECK(where_broken("1").empty());
  const std::string bad = "\xff";
  CHECK(test.ask("POST", {}, "\"" + bad + "\"").starts_with("bad_json: "));
  CHECK(test.read({.method = "POST", .query = {}, .text = true, .once = {}, .body = bad}) ==
        "bad_request: the body is not UTF-8");
}

TEST_CASE("http: what the address lacks, or has wrong, is said") {
  HttpTest test;
  CHECK(test.ask("POST", {}) == "bad_request: the body is empty");
  CHECK(test.ask("POST", {{"object", "o"}}, "1") == "bad_request: object and key say what is set");
  CHECK(test.ask("DELETE", {{"object", "o"}}) == "bad_request: object and key say what is deleted");
  CHECK(test.ask("POST", {{"expect", "-1"}}, "1") == "bad_request: expect is not a whole number");
  CHECK(test.ask("GET", {{"object", "o"}, {"since", "7"}}) ==
        "bad_request: since is not EPOCH-VERSION");
  CHECK(test.ask("GET", {{"object", "o"}, {"since", "xyz-7"}}).starts_with("bad_request: epoch"));
  CHECK(test.ask("GET", {{"object", "o"}, {"last", "99999999999999999999"}}) ==
        "bad_request: last is not a whole number");
  CHECK(is_of_room(Query{{"a", ""}, {"members", ""}}));
  CHECK_FALSE(is_of_room(Query{{"a", ""}}));
}
