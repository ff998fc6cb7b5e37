#include "json/fault.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "json/read.h"

using namespace so;

TEST_CASE("json: a fault is where the text stops being JSON") {
  struct Case {
    std::string_view text;
    std::size_t at;
  };
  constexpr std::array kCases{Case{"", 0},
                              Case{"  ", 2},
                              Case{"x", 0},
                              Case{"{", 1},
                              Case{"[1,]", 3},
                              Case{"[1 2]", 3},
                              Case{"{\"a\"}", 4},
                              Case{"{\"a\":}", 5},
                              Case{"{\"a\":1,}", 7},
                              Case{"{a:1}", 1},
                              Case{"\"a", 2},
                              Case{"\"a\n\"", 2},
                              Case{"\"\\x\"", 2},
                              Case{"\"\\u12g4\"", 5},
                              Case{"01", 1},
                              Case{"1.", 2},
                              Case{"1e", 2},
                              Case{"-", 1},
                              Case{"truth", 3},
                              Case{"1 1", 2},
                              Case{"[[1]", 4},
                              Case{"{\"a\":[1}", 7},
                              Case{"{\"a\":1 \"b\"", 7},
                              Case{"]", 0}};
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    CHECK(json::fault(c.text) == c.at);
  }
}

TEST_CASE("json: what the parser takes has no fault, and the other way round") {
  json::Parser parser;
  for (const char* text : {"1",
                           "-0.5e+10",
                           " [ ] ",
                           "{}",
                           "[[],{},[{}]]",
                           R"({"a":{"b":[1,"x\u00e9\n",null]},"c":true})",
                           "\"\"",
                           "0",
                           "[1,[2,[3]],4]",
                           "[1",
                           "{\"a\":1,,}",
                           "nul",
                           "tru",
                           "[,1]",
                           "1.e5",
                           "+1",
                           ".5",
                           "\"\t\"",
                           "{\"a\":1}{",
                           "\xef\xbb\xbf"
                           "1"}) {
    CAPTURE(text);
    CHECK(json::fault(text).has_value() == !parser.parse(text).has_value());
  }
  CHECK(json::fault(std::string(2000, '[')) == 1024);
}
