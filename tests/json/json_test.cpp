#include <algorithm>
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "json/read.h"
#include "json/write.h"

using namespace so;

TEST_CASE("json: writer and reader agree") {
  json::Writer w;
  w.object().key("a").number(1.5).key("b").array().integer(-2).boolean(true).null().end();
  w.key("c").string("q\"\n\x01é").key("d").object().end().end();
  const std::string text = w.take();
  CHECK(text == "{\"a\":1.5,\"b\":[-2,true,null],\"c\":\"q\\\"\\n\\u0001é\",\"d\":{}}");
  json::Parser parser;
  const auto value = parser.parse(text);
  REQUIRE(value);
  CHECK(json::number(*value, "a") == 1.5);
  CHECK(json::text(*value, "c") == "q\"\n\x01é");
  CHECK(json::compact(*value) == text);
}

TEST_CASE("json: in a string that and only that is escaped which must be, wherever it is") {
  for (int byte = 0; byte < 256; ++byte) {
    const bool must = byte < 0x20 || byte == '"' || byte == '\\';
    for (std::size_t at = 0; at < 20; ++at) {
      for (const char around : {'a', '\x1F', ' ', '#', '\x7F', '\xFF'}) {
        std::string said(20, around);
        said[at] = static_cast<char>(byte);
        std::string out;
        json::append_string(out, said);
        const auto escapes = std::ranges::count(out, '\\') - (byte == '\\' ? 1 : 0);
        CHECK(escapes == (around == '\x1F' ? 19 : 0) + (must ? 1 : 0));
        if (must || around == '\x1F') continue;
        CHECK(out == '"' + said + '"');
      }
    }
  }
}

TEST_CASE("json: compact form") {
  struct Case {
    std::string_view text;
    std::string_view compact;
  };
  for (const Case& c : std::array{
           Case{R"( { "b" : 1.0 , "a" : [ ] } )", R"({"b":1,"a":[]})"}, Case{"1e3", "1000"},
           Case{"-0.0", "-0.0"}, Case{"-0e-7", "-0.0"}, Case{"0.1", "0.1"}, Case{"1e-7", "1e-07"},
           Case{"18446744073709552000.0", "1.8446744073709552e+19"},
           Case{"18446744073709551615", "18446744073709551615"}, Case{R"("\u00e9\/")", "\"é/\""}}) {
    const auto compact = json::normalise(c.text);
    REQUIRE_MESSAGE(compact, c.text);
    CHECK(*compact == c.compact);
    CHECK(json::normalise(*compact).value() == c.compact);
  }
}

TEST_CASE("json: what is not json is refused with a reason") {
  for (const std::string_view bad :
       {"", "{", "{\"a\":}", "[1,]", "nul", "1 2", "\"\xff\"", "\"\x01\"", "01"}) {
    const auto value = json::normalise(bad);
    REQUIRE_MESSAGE(!value, bad);
    CHECK(value.error().text.starts_with("json: "));
  }
}

TEST_CASE("json: depth and size are bounded") {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  CHECK(json::normalise(deep).error().code == Code::kLimit);
  CHECK(json::normalise("\"" + std::string(100, 'a') + "\"", {.bytes = 50}).error().code ==
        Code::kLimit);
}
