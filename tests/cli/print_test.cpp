#include "cli/print.h"

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include <unistd.h>

#include <doctest/doctest.h>

#include "base/unique_fd.h"

using namespace so;

namespace {

/// A pipe in the place of standard output while it lives.
struct Piped {
  UniqueFd reader;
  UniqueFd saved{dup(STDOUT_FILENO)};

  Piped() {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    reader = UniqueFd{ends[0]};
    const UniqueFd writer{ends[1]};
    dup2(writer.get(), STDOUT_FILENO);
  }
  ~Piped() { dup2(saved.get(), STDOUT_FILENO); }
  Piped(const Piped&) = delete;
  Piped& operator=(const Piped&) = delete;
};

}  // namespace

TEST_CASE("more than a pipe holds is printed whole to a slow reader") {
  const std::string text(1'000'000, 'x');
  std::string got;
  bool printed = false;
  {
    Piped piped;
    std::thread reader{[&] {
      std::array<char, 4096> piece{};
      while (got.size() < text.size()) {
        const ssize_t n = read(piped.reader.get(), piece.data(), piece.size());
        if (n <= 0) break;
        got.append(piece.data(), static_cast<std::size_t>(n));
      }
    }};
    printed = cli::print(as_bytes(text));
    reader.join();
  }
  CHECK(printed);
  CHECK(got == text);
}

TEST_CASE("a reader that has gone is told by the answer") {
  std::signal(SIGPIPE, SIG_IGN);
  bool first = false;
  bool second = true;
  {
    Piped piped;
    first = cli::print_line("a line");
    piped.reader = UniqueFd{};
    second = cli::print_line("another");
  }
  CHECK(first);
  CHECK_FALSE(second);
}
