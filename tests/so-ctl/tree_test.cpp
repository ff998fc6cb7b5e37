#include "tree.h"

#include <doctest/doctest.h>

#include "support/lines.h"

using namespace so;
using test::Lines;

namespace {

Lines lines(std::string_view listing) {
  Lines out;
  for (std::string& line : ctl::tree_lines(listing)) out.push_back(std::move(line));
  return out;
}
Lines rooms(std::string_view scope, std::string_view listing) {
  Lines out;
  for (std::string& room : ctl::rooms_of(scope, listing)) out.push_back(std::move(room));
  return out;
}

}  // namespace

TEST_CASE("a listing as a person reads it") {
  CHECK(lines(R"({"scope":"/","members":3})") == Lines{"/  3 members"});
  CHECK(lines(R"({"scope":"/chat/room1","members":1,"rooms":["x"],)"
              R"("objects":[{"name":"so","version":7,"users":2,"persistent":true},)"
              R"({"name":"chat","version":1,"users":0,"persistent":false}],)"
              R"("streams":[{"stream":"/chat/room1/cam"}]})") ==
        Lines{"    /chat/room1  1 members", "      so  object, version 7, 2 using, persistent",
              "      chat  object, version 1, 0 using", "      /chat/room1/cam  stream"});
}

TEST_CASE("a listing that lacks things is shown as far as it goes") {
  CHECK(lines(R"({"objects":[{}],"streams":7})") ==
        Lines{"?  0 members", "  ?  object, version 0, 0 using"});
  CHECK(lines("no JSON") == Lines{"no JSON"});
}

TEST_CASE("the whole paths of its rooms") {
  CHECK(rooms("/", R"({"rooms":["a","b"]})") == Lines{"/a", "/b"});
  CHECK(rooms("/a", R"({"rooms":["b",7]})") == Lines{"/a/b"});
  CHECK(rooms("/", "no JSON").empty());
  CHECK(rooms("/", "{}").empty());
}
