#include "json/members.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("json: members are put behind those of an object") {
  struct Case {
    std::string object;
    std::string_view members;
    std::string_view whole;
  };
  for (const Case& c :
       std::array{Case{R"({"a":1})", R"("b":2,"c":{})", R"({"a":1,"b":2,"c":{}})"},
                  Case{"{}", R"("b":2)", R"({"b":2})"}, Case{"", R"("b":2)", R"({"b":2})"},
                  Case{R"({"a":1})", "", R"({"a":1})"}, Case{"{}", "", "{}"}, Case{"", "", ""}}) {
    CHECK(json::with_members(c.object, c.members) == c.whole);
  }
}

TEST_CASE("json: members of an object, without its braces") {
  CHECK(json::members_of(R"({"a":1,"b":{}})") == R"("a":1,"b":{})");
  CHECK(json::members_of("{}").empty());
  CHECK(json::members_of("").empty());
}
