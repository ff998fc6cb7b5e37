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

TEST_CASE("the streams of a listing, for programs and for people") {
  constexpr std::string_view kListing =
      R"({"scope":"/live","streams":[{"stream":"/live/cam","publisher":"a-1","rates":)"
      R"({"bytes_per_second":250500,"frames_per_second":30,"gop":2002,"players":12}},)"
      R"({"stream":"/live/new","publisher":"a-2"}]})";
  CHECK(ctl::stream_lines(kListing) ==
        std::vector<std::string>{
            R"({"stream":"/live/cam","publisher":"a-1","rates":)"
            R"({"bytes_per_second":250500,"frames_per_second":30,"gop":2002,"players":12}})",
            R"({"stream":"/live/new","publisher":"a-2"})"});
  CHECK(ctl::kStreamHeading == "  KBIT/S  FPS     GOP  PLAYERS  STREAM");
  CHECK(ctl::stream_rows(kListing) ==
        std::vector<std::string>{"    2004   30   2.00s       12  /live/cam",
                                 "       -    -       -        -  /live/new"});
  CHECK(ctl::stream_lines(R"({"scope":"/live"})").empty());
  CHECK(ctl::stream_rows("no JSON").empty());
}

TEST_CASE("the whole paths of its rooms") {
  CHECK(rooms("/", R"({"rooms":["a","b"]})") == Lines{"/a", "/b"});
  CHECK(rooms("/a", R"({"rooms":["b",7]})") == Lines{"/a/b"});
  CHECK(rooms("/", "no JSON").empty());
  CHECK(rooms("/", "{}").empty());
}
