#include "http_door.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "gateway_test.h"
#include "support/rules.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

struct HttpDoorTest : GatewayTest {
  using GatewayTest::GatewayTest;

  net::HttpRequest request(std::string_view method, std::string_view url) {
    net::HttpRequest request = test::FakeWsServer::request(url);
    request.method = method;
    return request;
  }
  /// "200 {...}", without the line end.
  std::string ask(const net::HttpRequest& asked, std::string_view body = "") {
    const net::ConnId id = server.request(asked, body);
    return answered(id);
  }
  std::string post(std::string_view url, std::string_view body) {
    return ask(request("POST", url), body);
  }
  std::string get(std::string_view url) {
    const auto id = server.get_later(url);
    return id ? answered(*id) : "nobody's";
  }
  std::string answered(net::ConnId id) {
    hub.settle();
    const Lines heard = server.heard(id);
    if (heard.empty()) return "nothing";
    std::string body{as_text(server.heard_bytes(id))};
    if (body.ends_with('\n')) body.pop_back();
    server.hang_up(id);
    hub.settle();
    return heard[0].substr(0, 3) + " " + body;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("http: a line that is posted reaches all, and its version the author") {
  HttpDoorTest test;
  const auto ann = test.chat("/chat/room1");
  const std::string answer = test.post("/chat/room1", "\"hello\"");
  CHECK(answer.starts_with(R"(200 {"ok":true,"epoch":")"));
  CHECK(answer.ends_with(R"(","version":2,"status":"ok"})"));
  CHECK(test.heard(ann) == Lines{"hello"});
  CHECK(has(test.hub.list("/chat/room1"), R"("members":1)"));
}

TEST_CASE("http: what was asked is answered in the words of scopewire.v1") {
  HttpDoorTest test;
  CHECK(has(test.post("/chat/room1?object=o&key=k", "[1]"), "200"));
  CHECK(has(test.get("/chat/room1?object=o"), R"("data":{"k":[1]},"persistent":false})"));
  CHECK(has(test.get("/chat/room1?object=o&key=k"), R"("value":[1]})"));
  CHECK(has(test.get("/chat/room1?object=o&last=1"), R"("batches":[{"version":2,)"));
  CHECK(has(test.get("/chat/room1?list"), R"("objects":[{"name":"o")"));
  CHECK(has(test.get("/chat/room1?members"), R"("members":[])"));
  CHECK(test.get("/chat/room1?object=none")
            .starts_with(R"(404 {"ok":false,"error":{"code":"not_found")"));
  CHECK(test.get("/chat/room1?other=1") == "nobody's");
  CHECK(has(test.get("/?list"), R"("rooms":["chat"])"));
  CHECK(test.post("/chat/room1?object=o&key=k&expect=9", "1").starts_with("409"));
  CHECK(test.post("/chat/room1", "{").starts_with(R"(400 {"ok":false,"error":{"code":"bad_json")"));
  CHECK(has(test.post("/chat/room1?request",
                      R"([{"id":1,"op":"ping"},{"id":"x","op":"get","object":"o","key":"k"}])"),
            R"([{"id":1,"ok":true},)"));
}

TEST_CASE("http: the same again is done once") {
  HttpDoorTest test;
  net::HttpRequest request = test.request("POST", "/chat/room1");
  request.idempotency_key = "k";
  CHECK(has(test.ask(request, "1"), R"("version":2,"status":"ok")"));
  CHECK(has(test.post("/chat/room1", "2"), R"("version":3)"));
  CHECK(has(test.ask(request, "1"), R"("version":3,"status":"dup","applied":2)"));
}

TEST_CASE("http: what a page may not do") {
  HttpDoorTest test;
  net::HttpRequest request = test.request("POST", "/chat/room1");
  request.origin = "http://here";
  CHECK(test.ask(request, "1").starts_with("415"));
  request.content_type = "application/json";
  CHECK(test.ask(request, "1").starts_with("200"));
  request.welcome = net::Welcome::kNo;
  CHECK(test.ask(request, "1").starts_with("403"));
  request.method = "OPTIONS";
  CHECK(test.ask(request).starts_with("403"));
  request.welcome = net::Welcome::kNamed;
  CHECK(test.ask(request).starts_with("204"));
  net::HttpRequest cookie = test.request("POST", "/chat/room1");
  cookie.cookie = "scopewire_token=x";
  CHECK(test.ask(cookie, "1").starts_with("415"));
  cookie.content_type = "text/plain; a=b, application/json";  // a browser sends it unasked
  CHECK(test.ask(cookie, "1").starts_with("415"));
  CHECK(test.ask(test.request("PATCH", "/chat/room1"), "1").starts_with("405"));
}

TEST_CASE("http: who may not be in the scope may not ask there") {
  HttpDoorTest test{hub::Options{}, "", std::string{gateway::kClaims}};
  test.hub.set_policy(
      test::rules({test::deny(policy::Actions{policy::Action::kConnect}, "/chat/closed")}));
  CHECK(test.post("/chat/closed", "1").starts_with(R"(403 {"ok":false,"error":{"code":"denied")"));
  CHECK(test.post("/chat/closed?event=x", "1").starts_with("403"));
  CHECK(test.get("/chat/closed?members").starts_with("403"));
  CHECK(test.post("/chat/open", "1").starts_with("200"));
}

TEST_CASE("http: who leaves before the answer is forgotten") {
  HttpDoorTest test;
  const net::ConnId id = test.server.request(test.request("POST", "/chat/room1"), "1");
  test.server.hang_up(id);
  test.hub.settle();
  CHECK(test.server.misdirected == 0);
  CHECK(has(test.get("/chat/room1?object=chat"), R"("message":1)"));
}
