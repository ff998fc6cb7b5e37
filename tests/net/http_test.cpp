#include "net/http.h"

#include <array>

#include <doctest/doctest.h>

#include "net/pages.h"

using namespace so;

TEST_CASE("http: a reply's head says what it must") {
  const net::HttpReply reply{.status = 404, .headers = {{"Retry-After", "5"}}};
  const std::string head = net::reply_head(reply, 7, WallMillis{784111777000});
  CHECK(head.starts_with("HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
  CHECK(head.ends_with("\r\nRetry-After: 5\r\n\r\n"));
  for (const char* line :
       {"Content-Type: text/plain; charset=utf-8", "Content-Length: 7", "Connection: close",
        "X-Content-Type-Options: nosniff", "Cache-Control: no-cache"}) {
    CHECK_MESSAGE(head.find("\r\n" + std::string{line} + "\r\n") != std::string::npos, line);
  }
  CHECK(head.find("default-src 'self'") != std::string::npos);
  CHECK(head.find("unsafe") == std::string::npos);
}

TEST_CASE("http: a parameter is found by name, the first one counts") {
  net::HttpRequest request;
  request.query = {{"a", "1"}, {"b", ""}, {"a", "2"}};
  CHECK(request.parameter("a") == "1");
  CHECK(request.parameter("b").empty());
  CHECK(request.parameter("c").empty());
}

TEST_CASE("http: a content has one media type, whatever is behind it") {
  for (const std::string_view json :
       {"application/json", "Application/JSON ;charset=utf-8", " application/json; a=\"b, c\""}) {
    CHECK_MESSAGE(net::is_type(json, "application/json"), json);
  }
  for (const std::string_view other :
       {"", "text/plain; a=b, application/json", "text/plain, application/json",
        "application/json, text/plain", "application/jsonp", "application"}) {
    CHECK_MESSAGE(!net::is_type(other, "application/json"), other);
  }
  CHECK(net::is_type("text/plain; a=b, application/json", "text/plain"));
  CHECK(net::names_type("text/plain; a=b, application/json", "application/json"));
}

TEST_CASE("pages: found by path, the root is index.html") {
  constexpr std::array<net::Page, 2> kPages{{{"/index.html", "home"}, {"/app.js", "code"}}};
  CHECK(net::find_page(kPages, "/")->body == "home");
  CHECK(net::find_page(kPages, "/app.js")->body == "code");
  CHECK(net::find_page(kPages, "/app") == nullptr);
  CHECK(net::find_page({}, "/") == nullptr);
}

TEST_CASE("pages: the extension says the type") {
  CHECK(net::content_type("/index.html") == "text/html; charset=utf-8");
  CHECK(net::content_type("/a.js") == "text/javascript; charset=utf-8");
  CHECK(net::content_type("/a.css") == "text/css; charset=utf-8");
  CHECK(net::content_type("/a.unknown") == "application/octet-stream");
}
