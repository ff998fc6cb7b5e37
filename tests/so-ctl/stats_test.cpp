#include "stats.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/lines.h"

using namespace so;
using ctl::Stats;
using test::Lines;

namespace {

constexpr TimePoint kStart{Seconds{100}};

Stats stats(Seconds at, int changes, int requests, std::string_view lists) {
  const std::string root = fmt::format(
      R"({{"scope":"/","hub":{{"started":1000,"tools":3,"members":7,"objects":2,"data_bytes":2048,)"
      R"("streams":1,"requests":{},"refusals":{{"limit":2,"not_found":1}}}}}})",
      requests);
  const std::string scope = fmt::format(R"({{"scope":"/chat","changes":{},{}}})", changes, lists);
  const auto read = Stats::read(kStart + at, root, scope);
  REQUIRE(read);
  return *read;
}

Lines shown(const Stats& before, const Stats& now, WallMillis wall, std::size_t lines,
            std::size_t columns) {
  Lines out;
  for (std::string& line : ctl::screen(before, now, wall, lines, columns)) out.push_back(line);
  return out;
}

std::string room(std::string_view name, int changes) {
  return fmt::format(
      R"({{"name":"{}","connections":{{"now":1,"most":2,"total":9}},"objects":{{"now":3}},)"
      R"("streams":{{"now":4}},"changes":{}}})",
      name, changes);
}
std::string object(std::string_view name, int sets) {
  return fmt::format(R"({{"name":"{}","version":8,"users":{{"now":1,"most":2,"total":9}},)"
                     R"("sets":{},"deletes":1,"sends":1,"bytes":40}})",
                     name, sets);
}

}  // namespace

TEST_CASE("what the hub counted becomes a screen, the busiest first") {
  const Stats before = stats(Seconds{0}, 10, 100,
                             fmt::format(R"("room_list":[{},{}],"object_list":[{}])", room("a", 0),
                                         room("b", 0), object("chat", 0)));
  const Stats now = stats(Seconds{2}, 50, 300,
                          fmt::format(R"("room_list":[{},{},{}],"object_list":[{}])", room("a", 0),
                                      room("b", 40), room("c", 3), object("chat", 5)));
  const Lines lines = shown(before, now, WallMillis{3'661'000}, 100, 100);
  CHECK(lines == Lines{"/chat  up 1h01m  tools 3  members 7  objects 2  streams 1",
                       "changes/s 20  requests/s 100  refused/s 0  data 2.0 KiB", "",
                       "CHANGES/S   HERE   MOST  OBJECTS  STREAMS  ROOM",
                       "     20.0      1      2        3        4  b",
                       "      1.5      1      2        3        4  c",
                       "      0.0      1      2        3        4  a", "",
                       "CHANGES/S  USERS   MOST  VERSION    BYTES  OBJECT",
                       "      2.5      1      2        8       40  chat"});
}

TEST_CASE("a screen has its size, and no rates without time") {
  const Stats now =
      stats(Seconds{0}, 50, 300,
            fmt::format(R"("room_list":[{},{}],"object_list":[])", room("a", 7), room("b", 9)));
  const Lines lines = shown(now, now, WallMillis{2000}, 5, 12);
  CHECK(lines == Lines{"/chat  up 1s", "changes/s 0 ", "", "CHANGES/S   ", "      0.0   "});
}

TEST_CASE("a hub that was restarted has no negative rates") {
  const Stats before = stats(Seconds{0}, 1000, 1000, R"("room_list":[],"object_list":[])");
  const Stats now = stats(Seconds{1}, 10, 10, R"("room_list":[],"object_list":[])");
  CHECK(ctl::screen(before, now, WallMillis{2000}, 5, 100).at(1) ==
        "changes/s 0  requests/s 0  refused/s 0  data 2.0 KiB");
}

TEST_CASE("what is no answer of a hub") {
  CHECK_FALSE(Stats::read(kStart, "{}", "{}"));
  CHECK_FALSE(Stats::read(kStart, "nonsense", "{}"));
  CHECK_FALSE(Stats::read(kStart, R"({"hub":{}})", "nonsense"));
}
