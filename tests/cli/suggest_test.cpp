#include "cli/suggest.h"

#include <array>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("the distance of two words is the number of slips") {
  struct Case {
    std::string_view a, b;
    std::size_t distance;
  };
  for (const Case& c : std::array{Case{"", "", 0}, Case{"", "abc", 3}, Case{"hub", "hub", 0},
                                  Case{"hub", "hbu", 1}, Case{"listen", "lisen", 1},
                                  Case{"level", "lable", 3}, Case{"kitten", "sitting", 3}}) {
    CHECK_MESSAGE(cli::edit_distance(c.a, c.b) == c.distance, c.a, " ", c.b);
    CHECK_MESSAGE(cli::edit_distance(c.b, c.a) == c.distance, c.b, " ", c.a);
  }
}

TEST_CASE("a slip is answered with the word that was meant, another word with nothing") {
  const std::array<std::string, 3> known{"hub", "applications", "acceptors"};
  CHECK(cli::suggestion("aplications", known) == R"(, did you mean "applications"?)");
  CHECK(cli::suggestion("acceptor", known) == R"(, did you mean "acceptors"?)");
  CHECK(cli::suggestion("hbu", known) == R"(, did you mean "hub"?)");
  CHECK(cli::suggestion("origins", known).empty());
  CHECK(cli::suggestion("x", {}).empty());
}
