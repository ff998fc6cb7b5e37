#include "wire/path.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;
using namespace so::wire;

TEST_CASE("a path has one spelling") {
  struct Case {
    std::string_view given;
    std::string_view normal;
  };
  for (const Case& c : std::array{Case{"", "/"}, Case{"/", "/"}, Case{"chat", "/chat"},
                                  Case{"/chat/", "/chat"}, Case{"chat//room1", "/chat/room1"},
                                  Case{"/a b/%20/\xC3\xA9", "/a b/%20/\xC3\xA9"}}) {
    const auto path = normal_path(c.given);
    REQUIRE_MESSAGE(path, c.given);
    CHECK(*path == c.normal);
    CHECK(check_path(c.normal));
  }
}

TEST_CASE("a path that is none is refused") {
  for (const std::string_view bad : {"/.", "/a/../b", "/a\nb", "/a\x7F", "/\xFF", "/\xC0\x80",
                                     "/\xED\xA0\x80", "/\xF4\x90\x80\x80"}) {
    CHECK_MESSAGE(!normal_path(bad), bad);
  }
  CHECK(normal_path("/" + std::string(256, 'a')).error().code == Code::kLimit);
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "/a";
  CHECK(normal_path(deep).error().text == "path has more than 16 segments");
  CHECK(check_path("chat/").error().text == "path is not in its normal form, which is /chat");
}

TEST_CASE("names may hold slashes but must not be empty, long or binary") {
  CHECK(check_name("object name", "a/b", kMaxObjectName));
  CHECK(check_name("key", "", kMaxKey).error().text == "key is empty");
  CHECK(check_name("key", std::string(256, 'a'), kMaxKey).error().text ==
        "key of 256 bytes is over the limit of 255");
  CHECK(check_name("key", "a\tb", kMaxKey).error().text == "key has a control character");
}

TEST_CASE("parents and last segments") {
  CHECK(parent_path("/chat/room1") == "/chat");
  CHECK(parent_path("/chat") == "/");
  CHECK(parent_path("/") == "/");
  CHECK(last_segment("/chat/room1") == "room1");
  CHECK(last_segment("/") == "");
}

TEST_CASE("what is within a scope") {
  for (const char* in : {"/chat", "/chat/room1", "/chat/room1/a"}) CHECK(is_within(in, "/chat"));
  for (const char* out : {"/", "/chats", "/cha", "/live/chat"})
    CHECK_FALSE(is_within(out, "/chat"));
  CHECK(is_within("/", "/"));
  CHECK(is_within("/chat", "/"));
}

TEST_CASE("the path of a URL and its query name one scope") {
  struct Case {
    std::string_view path;
    std::string_view query;
    std::string_view scope;
  };
  for (const Case& c : std::array{
           Case{"/chat/room1", "", "/chat/room1"}, Case{"/chat", "?scope=room1", "/chat/room1"},
           Case{"chat/", "x=1&scope=room1", "/chat/room1"},
           Case{"/chat", "scope=a%2Fb%20c", "/chat/a/b c"},
           Case{"/chat/room1", "scope=room2", "/chat/room1"}, Case{"/chat", "scope", "/chat"},
           Case{"/chat", "scope=%", "/chat/%"}, Case{"/", "scope=room1", "/"}}) {
    const auto scope = scope_of_url(c.path, query_value(c.query, "scope"));
    REQUIRE_MESSAGE(scope, c.path);
    CHECK(*scope == c.scope);
  }
  CHECK_FALSE(scope_of_url("/chat", "../x"));
  CHECK_FALSE(scope_of_url("/chat", query_value("scope=%00", "scope")));
}
