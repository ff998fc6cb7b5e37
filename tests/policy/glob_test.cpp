#include "policy/glob.h"

#include <array>
#include <chrono>

#include <doctest/doctest.h>

#include "policy/scope_glob.h"

using namespace so;
using policy::Glob;
using policy::ScopeGlob;

namespace {

bool scope_matches(std::string_view pattern, std::string_view path) {
  const auto glob = ScopeGlob::parse(pattern);
  REQUIRE_MESSAGE(glob, pattern);
  return glob->matches(path);
}

}  // namespace

TEST_CASE("a star stands for any run of characters") {
  struct Case {
    std::string pattern, text;
    bool matches;
  };
  for (const Case& c : std::array{Case{"", "", true},
                                  Case{"", "a", false},
                                  Case{"a", "a", true},
                                  Case{"a", "", false},
                                  Case{"a", "ab", false},
                                  Case{"A", "a", false},
                                  Case{"*", "", true},
                                  Case{"*", "any/thing", true},
                                  Case{"**", "any", true},
                                  Case{"a*", "a", true},
                                  Case{"a*", "ab", true},
                                  Case{"a*", "ba", false},
                                  Case{"*a", "a", true},
                                  Case{"*a", "ba", true},
                                  Case{"*a", "ab", false},
                                  Case{"a*a", "a", false},
                                  Case{"a*a", "aa", true},
                                  Case{"a*a", "aba", true},
                                  Case{"ab*ba", "aba", false},
                                  Case{"a*b*c", "abc", true},
                                  Case{"a*b*c", "a-b-b-c", true},
                                  Case{"a*b*c", "acb", false},
                                  Case{"*a*", "bab", true},
                                  Case{"*a*", "bb", false},
                                  Case{"*ab*ab*", "ab", false},
                                  Case{"*ab*ab*", "abab", true},
                                  Case{"*aab", "aaab", true},
                                  Case{"user.*.name", "user.7.name", true},
                                  Case{"user.*.name", "user.name", false},
                                  Case{"?[a]\\", "?[a]\\", true},
                                  Case{"?", "a", false},
                                  Case{"*é", "caf\xC3\xA9", true}}) {
    CHECK_MESSAGE(Glob{c.pattern}.matches(c.text) == c.matches, c.pattern << " on " << c.text);
  }
}

TEST_CASE("a pattern of a scope keeps to segments") {
  struct Case {
    std::string pattern, path;
    bool matches;
  };
  for (const Case& c : std::array{Case{"/", "/", true},
                                  Case{"/", "/chat", false},
                                  Case{"/chat", "/chat", true},
                                  Case{"/chat", "/chat/room1", false},
                                  Case{"/chat", "/cha", false},
                                  Case{"/chat", "/chats", false},
                                  Case{"/*", "/chat", true},
                                  Case{"/*", "/", false},
                                  Case{"/*", "/chat/room1", false},
                                  Case{"/chat/*", "/chat/room1", true},
                                  Case{"/chat/*", "/chat", false},
                                  Case{"/chat/*", "/chat/room1/a", false},
                                  Case{"/chat/room*", "/chat/room1", true},
                                  Case{"/chat/room*", "/chat/hall", false},
                                  Case{"/chat/room*", "/chat/room1/a", false},
                                  Case{"/**", "/", true},
                                  Case{"/**", "/chat/room1", true},
                                  Case{"/chat/**", "/chat", true},
                                  Case{"/chat/**", "/chat/a/b/c", true},
                                  Case{"/chat/**", "/chats/a", false},
                                  Case{"/chat/**", "/", false},
                                  Case{"/**/vip", "/vip", true},
                                  Case{"/**/vip", "/chat/a/vip", true},
                                  Case{"/**/vip", "/chat/vip/a", false},
                                  Case{"/**/vip/**", "/chat/vip/a", true},
                                  Case{"/**/*", "/", false},
                                  Case{"/**/*", "/a", true},
                                  Case{"/*/**/*", "/a", false},
                                  Case{"/*/**/*", "/a/b", true},
                                  Case{"/**/a/**/a", "/a", false},
                                  Case{"/**/a/**/a", "/a/a", true},
                                  Case{"/**/a/b", "/a/a/b", true},
                                  Case{"/**/**/a", "/b/a", true}}) {
    CHECK_MESSAGE(scope_matches(c.pattern, c.path) == c.matches, c.pattern << " on " << c.path);
  }
}

TEST_CASE("a pattern that can match no scope is refused by name") {
  struct Case {
    std::string pattern, text;
  };
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "/a";
  for (const Case& c : std::array{Case{"", "\"\" does not begin with /"},
                                  Case{"chat", "\"chat\" does not begin with /"},
                                  Case{"/chat/", "\"/chat/\" has an empty segment"},
                                  Case{"//chat", "\"//chat\" has an empty segment"},
                                  Case{"/a**", "\"/a**\": ** is a segment of its own"},
                                  Case{"/***", "\"/***\": ** is a segment of its own"},
                                  Case{deep, "a pattern of 33 segments is over the limit of 32"}}) {
    const auto glob = ScopeGlob::parse(c.pattern);
    REQUIRE_MESSAGE(!glob, c.pattern);
    CHECK(glob.error().text == c.text);
  }
}

// Each of these takes some matchers longer than the universe; here all of them are done in a
// second, under sanitizers too.
TEST_CASE("no pattern and no name takes long") {
  const auto start = std::chrono::steady_clock::now();
  std::string stars;
  for (int i = 0; i < 1000; ++i) stars += "*a";
  CHECK_FALSE(Glob{stars + "*b"}.matches(std::string(100'000, 'a')));
  const std::string half(50'000, 'a');
  CHECK_FALSE(Glob{"*" + half + "b*"}.matches(std::string(100'000, 'a')));
  std::string deep;
  std::string path;
  for (int i = 0; i < 16; ++i) deep += "/**/a";
  for (int i = 0; i < 5'000; ++i) path += "/a";
  CHECK_FALSE(scope_matches(deep.substr(0, deep.size() - 1) + "b", path));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds{1});
}
