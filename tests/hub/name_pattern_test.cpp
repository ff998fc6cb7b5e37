#include "hub/name_pattern.h"

#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("a star is any run of characters, a question mark is one") {
  struct Case {
    std::string_view pattern, text;
    bool matches;
  };
  constexpr std::array kCases{
      Case{"chat", "chat", true},
      Case{"chat", "chats", false},
      Case{"chat", "cha", false},
      Case{"*", "", true},
      Case{"*", "anything", true},
      Case{"**", "anything", true},
      Case{"poll*", "poll", true},
      Case{"poll*", "poll7", true},
      Case{"poll*", "apoll", false},
      Case{"*7", "poll7", true},
      Case{"*7", "poll77", true},
      Case{"*7", "poll78", false},
      Case{"a*b*c", "aXbXbXc", true},
      Case{"a*b*c", "aXcXb", false},
      Case{"XX??", "XX12", true},
      Case{"XX??", "XX1", false},
      Case{"XX??", "XX123", false},
      Case{"?", "", false},
      Case{"?", "é", true},
      Case{"?", "€", true},
      Case{"?", "😀", true},
      Case{"?", "éé", false},
      Case{"?é", "aé", true},
      Case{"*é?", "xéy", true},
      Case{"*?", "", false},
      Case{"*?", "é", true},
      Case{"?*?", "a", false},
      Case{"?*?", "ab", true},
      Case{"", "", true},
      Case{"", "a", false},
      Case{"a/*", "a/b/c", true},
      Case{"[ab]", "a", false},
  };
  for (const Case& c : kCases) {
    CAPTURE(c.pattern);
    CAPTURE(c.text);
    CHECK(hub::NamePattern{c.pattern}.matches(c.text) == c.matches);
  }
}

TEST_CASE("a pattern may be as long as a name") {
  const std::string name(wire::kMaxObjectName, 'a');
  CHECK(hub::NamePattern{name}.matches(name));
  std::string stars;
  while (stars.size() + 2 <= wire::kMaxObjectName) stars += "*a";
  CHECK(hub::NamePattern{stars}.matches(name));
  CHECK_FALSE(hub::NamePattern{stars}.matches(name.substr(0, stars.size() / 2 - 1)));
}
