#include "http_door.h"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <uv.h>

#include "gateway_test.h"
#include "support/rules.h"
#include "support/wait.h"

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

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// The same request so many times.
std::string list_of(std::size_t times, std::string_view request) {
  std::string list = "[";
  for (std::size_t i = 0; i < times; ++i) list += (i == 0 ? "" : ",") + std::string{request};
  return list + "]";
}

/// What lists of requests are answered, each when it is complete.
struct ListTest : HttpDoorTest {
  explicit ListTest(std::size_t list_bytes = 1U << 20U, std::size_t all_bytes = 64U << 20U)
      : HttpDoorTest({}, bounded(list_bytes, all_bytes)) {}

  static gateway::GatewayOptions bounded(std::size_t list_bytes, std::size_t all_bytes) {
    auto options = GatewayTest::options("");
    options.queue_bytes = list_bytes;
    options.list_bytes = all_bytes;
    return options;
  }
  net::ConnId begin(std::string_view body) {
    return server.request(request("POST", "/chat/room1?request"), body);
  }
  std::string end(net::ConnId id) {
    Lines heard;
    REQUIRE(wait_until(hub.loop, [&] { return !(heard = server.heard(id)).empty(); }));
    return heard[0].substr(0, 3) + " " + std::string{as_text(server.heard_bytes(id))};
  }
  void set(std::string_view key, std::size_t bytes) {
    const std::string url = "/chat/room1?object=o&key=" + std::string{key};
    REQUIRE(has(post(url, "\"" + std::string(bytes, 'x') + "\""), "200"));
  }
};

constexpr std::string_view kGet = R"({"id":1,"op":"get","object":"o"})";
constexpr std::string_view kLimit = R"("id":1,"ok":false,"error":{"code":"limit")";

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

TEST_CASE("http list: the answers have a bound together, and what is beyond is not done") {
  ListTest test{25'000};
  test.set("k", 10'000);
  const std::string set = R"({"op":"set","object":"n","key":"k","value":1})";
  std::string list = list_of(99, kGet);
  list.insert(list.size() - 1, "," + set);
  const std::string answer = test.end(test.begin(list));
  CHECK(answer.starts_with("200 [{"));
  CHECK(count(answer, R"("ok":true)") == 2);
  CHECK(count(answer, kLimit) == 97);
  CHECK(answer.ends_with(
      "{\"ok\":false,\"error\":{\"code\":\"limit\",\"message\":\"the answers of the "
      "list are too long together\"}}]\n"));
  CHECK(answer.size() < 50'000);
  CHECK(test.get("/chat/room1?object=n").starts_with("404"));
  CHECK(test.gateway.limits() == edge::Limits{{"list", 1}, {"lists", 0}, {"files", 0}});
}

TEST_CASE("http list: one answer may be as large as it is, and so may what is no list") {
  ListTest test{5000};
  test.set("k", 10'000);
  CHECK(count(test.end(test.begin(list_of(1, kGet))), R"("ok":true)") == 1);
  CHECK(count(test.end(test.begin(list_of(2, kGet))), R"("ok":true)") == 1);
  CHECK(test.get("/chat/room1?object=o").starts_with("200"));
}

TEST_CASE("http list: the answers of all that are not complete have a bound together") {
  ListTest test{1'000'000, 150'000};
  test.set("k", 50'000);
  std::vector<net::ConnId> all;
  all.reserve(5);
  for (int i = 0; i < 5; ++i) all.push_back(test.begin(list_of(10, kGet)));
  std::string answers;
  for (const net::ConnId id : all) answers += test.end(id);
  CHECK(answers.size() < 1'000'000);  // of 2,500,000
  CHECK(count(answers, kLimit) > 30);
  CHECK(test.gateway.limits()[1].second >= 3);
  // And nothing is held of them any more.
  CHECK(count(test.end(test.begin(list_of(2, kGet))), R"("ok":true)") == 2);
}

TEST_CASE("http list: others are answered in between") {
  ListTest test;
  test.set("k", 10);
  const net::ConnId list = test.begin(list_of(100, kGet));
  const auto other = test.server.get_later("/chat/room1?object=o&key=k");
  Lines heard;
  for (int turn = 0; turn < 50 && heard.empty(); ++turn) {
    uv_run(test.hub.loop.uv(), UV_RUN_NOWAIT);
    heard = test.server.heard(*other);
  }
  CHECK(heard == Lines{"200 application/json"});
  CHECK(test.server.heard(list).empty());
  CHECK(count(test.end(list), R"("ok":true)") == 100);
}

TEST_CASE("http list: what is asked later sees what was done before, and is answered in order") {
  ListTest test;
  const auto set = [](int n) {
    return R"({"op":"set","object":"o","key":"k","value":)" + std::to_string(n) + "},";
  };
  std::string list = "[";
  for (int n = 1; n < 30; ++n) list += set(n);
  list += R"({"op":"get","object":"o","key":"k"},{"id":"p","op":"ping"},)" + set(30);
  list += R"({"op":"get","object":"o","key":"k"}])";
  const std::string answer = test.end(test.begin(list));
  CHECK(count(answer, R"("status":"ok")") == 30);
  const std::size_t first = answer.find(R"("value":29)");
  const std::size_t ping = answer.find(R"({"id":"p","ok":true})");
  CHECK(first < ping);
  CHECK(ping < answer.find(R"("value":30)"));
  CHECK(answer.find(R"("value":30)") != std::string::npos);
}

TEST_CASE("http list: who leaves in the middle keeps nobody from asking") {
  ListTest test;
  test.set("k", 10);
  for (int i = 0; i < 30; ++i) test.server.hang_up(test.begin(list_of(100, kGet)));
  CHECK(has(test.get("/chat/room1?object=o"), R"("ok":true)"));
  CHECK(test.server.misdirected == 0);
}

TEST_CASE("http list: what was begun is answered before the gateway ends") {
  ListTest test;
  test.set("k", 10);
  const net::ConnId list = test.begin(list_of(100, kGet));
  test.gateway.drain(test.hub.loop, Millis{5000}, [] {});
  CHECK(count(test.end(list), R"("ok":true)") == 100);
}
