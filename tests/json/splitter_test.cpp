#include "json/splitter.h"

#include <array>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/pieces.h"

using namespace so;
using namespace std::string_view_literals;

namespace {

std::string split(std::string_view text, std::size_t step, json::Limits limits = {},
                  json::Splitter::Between between = json::Splitter::Between::kNothing) {
  json::Splitter splitter{limits, between};
  std::string out;
  test::feed(splitter, text, step, [&](const auto& piece) {
    out += fmt::format("{}{}:{}\n", piece.line, piece.broken ? "!" : "", piece.text);
  });
  return out;
}

struct Case {
  std::string_view name;
  std::string_view text;
  std::string_view pieces;
};

constexpr std::array kCases{
    Case{"lines", "{\"a\":1}\n{\"a\":2}\n", "1:{\"a\":1}\n2:{\"a\":2}\n"},
    Case{"no newline at the end", "{\"a\":1}\n{\"a\":2}", "1:{\"a\":1}\n2:{\"a\":2}\n"},
    Case{"one after the other", "{\"a\":1}{\"a\":2}[3]\"x\"4 true",
         "1:{\"a\":1}\n1:{\"a\":2}\n1:[3]\n1:\"x\"\n1:4\n1:true\n"},
    Case{"over several lines", "\n{\n  \"a\": [\n{\"b\": 1},\n2 ]\n}\n5\n",
         "2:{\"a\":[{\"b\":1},2]}\n7:5\n"},
    Case{"braces and quotes in strings", "{\"a\":\"}\\\"{\"}\n1\n", "1:{\"a\":\"}\\\"{\"}\n2:1\n"},
    Case{"no JSON at all", "{\"a\":1}\nnot json\n{\"a\":2}\n",
         "1:{\"a\":1}\n2!:json: Problem while parsing an atom starting with the letter "
         "'n'\n3:{\"a\":2}\n"},
    Case{"a line that is cut short", "{\"a\": 1\n{\"b\":2}\n",
         "1!:a comma or a closing bracket is missing\n2:{\"b\":2}\n"},
    Case{"a string that is cut short", "{\"a\": \"x\n{\"b\":2}\n",
         "1!:a string has a control character\n2:{\"b\":2}\n"},
    Case{"a key without quotes", "{a:1} 7\n8\n", "1!:a key is missing\n2:8\n"},
    Case{"no colon", "{\"a\" 1}\n8\n", "1!:a key is not followed by a colon\n2:8\n"},
    Case{"wrong bracket", "[1}\n8\n", "1!:brackets do not match\n2:8\n"},
    Case{"a stray bracket", "}\n8\n", "1!:a value is missing\n2:8\n"},
    Case{"incomplete at the end", "8\n{\"a\":", "1:8\n2!:the value is not complete\n"},
    Case{"nothing", " \n\n", ""},
    Case{"an object right behind a broken one", "{\"a\" 1}{\"b\":2} \t {\"c\":3}\n8\n",
         "1!:a key is not followed by a colon\n1:{\"b\":2}\n1:{\"c\":3}\n2:8\n"},
    Case{"an object behind one of bad words", "{\"a\":tru}{\"b\":2}",
         "1!:json: Problem while parsing an atom starting with the letter 't'\n1:{\"b\":2}\n"},
    Case{"objects within a broken one are not taken for values",
         "{\"a\" [{\"b\":1},{\"c\":2}]}\n8\n", "1!:a key is not followed by a colon\n2:8\n"},
    Case{"commas between values", "{},{}\n8\n", "1:{}\n1!:a value is missing\n2:8\n"},
};

}  // namespace

TEST_CASE("a stream is cut into values, and broken ones cost no others") {
  for (const Case& c : kCases) {
    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{4096}}) {
      CHECK_MESSAGE(split(c.text, step) == c.pieces, c.name);
    }
  }
}

TEST_CASE("size and depth of a value are bounded, the next line is read") {
  CHECK(split("\"" + std::string(100, 'a') + "\"\n1\n", 7, {.bytes = 50}) ==
        "1!:the value is over the limit of 50 bytes\n2:1\n");
  CHECK(split(std::string(40, '[') + "\n1\n", 7) == "1!:the value is nested deeper than 32\n2:1\n");
}

TEST_CASE("where they are allowed, separators between values are passed over") {
  for (const std::size_t step : {std::size_t{1}, std::size_t{4096}}) {
    CHECK(split("{\"a\":[1,2]},{\"b\":2}\0;\n,{\"c\":3}\0"sv, step, {},
                json::Splitter::Between::kSeparators) ==
          "1:{\"a\":[1,2]}\n1:{\"b\":2}\n2:{\"c\":3}\n");
    CHECK(split("{,}\n8", step, {}, json::Splitter::Between::kSeparators) ==
          "1!:a key is missing\n2:8\n");
  }
}
