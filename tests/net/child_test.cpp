// Commands that are run once.
#include "net/child.h"

#include <array>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "net/run_until.h"

using namespace so;
using namespace so::net;

namespace {

struct Shell {
  Loop loop;
  std::optional<ChildEnd> end;

  /// Runs to its end.
  ChildEnd run(ChildOptions options) {
    end.reset();
    auto child = Child::start(loop, std::move(options), [this](const ChildEnd& e) { end = e; });
    REQUIRE(child);
    run_until(loop, [this] { return end.has_value(); });
    return *end;
  }
  ChildEnd sh(std::string script, std::string input = {}) {
    return run({.command = {"sh", "-c", std::move(script)}, .input = std::move(input)});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Shell, "a command gets its words, its input and its environment") {
  const ChildEnd words = run({.command = {"printf", "<%s>", "a b", "", "$x"}});
  CHECK(words.exit_code == 0);
  CHECK(words.signal == 0);
  CHECK(words.output == "<a b><><$x>");
  CHECK(sh("cat; echo oops >&2; exit 3", "line\n").output == "line\n");
  CHECK(end->exit_code == 3);
  CHECK(end->errors == "oops\n");
  setenv("SO_CHILD_TEST", "ours", 1);
  CHECK(sh("printf $SO_CHILD_TEST").output == "ours");
  CHECK(run({.command = {"sh", "-c", "printf $SO_CHILD_TEST$SO_CHILD_OTHER"},
             .environment = {{"SO_CHILD_TEST", "new"}, {"SO_CHILD_OTHER", "="}}})
            .output == "new=");
}

TEST_CASE_FIXTURE(Shell, "a command need not read what it is given, and may be killed") {
  CHECK(sh("exit 7", std::string(1 << 20, 'x')).exit_code == 7);
  CHECK(sh("wc -c", std::string(1 << 20, 'x')).output == "1048576\n");
  CHECK(sh("kill -TERM $$").signal == SIGTERM);
}

TEST_CASE_FIXTURE(Shell, "too much output ends it, and of errors the last are kept") {
  const ChildEnd much =
      run({.command = {"sh", "-c", "yes; exit 0"}, .output_bytes = 100'000, .error_bytes = 10});
  CHECK(much.too_much);
  CHECK(much.output.empty());
  CHECK(run({.command = {"sh", "-c", "seq 100000 >&2"}, .error_bytes = 14}).errors ==
        "\n99999\n100000\n");
}

TEST_CASE_FIXTURE(Shell, "a command that is not there, or cannot be run, is an error at once") {
  const auto ended = [](const ChildEnd&) { FAIL("it never started"); };
  const auto missing = Child::start(loop, {.command = {"/nonexistent/x"}}, ended);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == Code::kNotFound);
  CHECK(missing.error().text == "unable to run /nonexistent/x: no such file or directory");
  const auto folder = Child::start(loop, {.command = {"/"}}, ended);
  REQUIRE_FALSE(folder);
  CHECK(folder.error().code == Code::kSystem);
}

TEST_CASE_FIXTURE(Shell, "who drops a command kills it with all that it has started") {
  std::array<int, 2> alive{};  // a pipe that is at its end when all its writers are
  REQUIRE(pipe2(alive.data(), O_CLOEXEC) == 0);
  const std::string fd = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(alive[1]);
  const std::string script = "exec 5>" + fd + "; sleep 1000 & echo up >&5; sleep 1000";
  auto child = Child::start(loop, {.command = {"sh", "-c", script}},
                            [](const ChildEnd&) { FAIL("nobody waits any more"); });
  REQUIRE(child);
  std::array<char, 8> said{};
  bool at_end = false;
  bool up = false;
  Poll poll{loop, alive[0], [&](Poll::Ready) {
              const ssize_t got = read(alive[0], said.data(), said.size());
              up = up || got == 3;
              at_end = got == 0;
              if (got != 3) return;
              close(alive[1]);  // the command has opened its own
              child->reset();
            }};
  poll.want(true, false);
  run_until(loop, [&] { return at_end; });
  CHECK(up);
  close(alive[0]);
}

TEST_CASE_FIXTURE(Shell, "a command may be dropped when it has ended, from its own callback") {
  std::unique_ptr<Child> child;
  bool done = false;
  auto started = Child::start(loop, {.command = {"true"}}, [&](const ChildEnd&) {
    child.reset();
    done = true;
  });
  REQUIRE(started);
  child = std::move(*started);
  run_until(loop, [&] { return done; });
  CHECK(child == nullptr);
}
