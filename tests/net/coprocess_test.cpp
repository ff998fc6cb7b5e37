#include "net/coprocess.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "support/temp_dir.h"

using namespace so;
using net::Coprocess;

namespace {

/// A shell that runs this script, and what was heard of it.
struct Shell {
  net::Loop& loop;
  std::vector<std::string> lines{};
  std::string why{};
  std::unique_ptr<Coprocess> process{};
  bool one_by_one = false;  // it is told to wait behind each line

  void run(const std::string& script, net::CoprocessOptions options = {}) {
    options.command = {"sh", "-c", script};
    auto started = Coprocess::start(loop, options,
                                    {.line =
                                         [this](std::string_view line) {
                                           lines.emplace_back(line);
                                           if (one_by_one) process->want_lines(false);
                                         },
                                     .ended = [this](const std::string& text) { why = text; }});
    REQUIRE(started);
    process = *std::move(started);
  }
  bool heard(std::size_t count) {
    return run_until(loop, [&] { return lines.size() >= count; });
  }
  bool ended() {
    return run_until(loop, [&] { return !why.empty(); });
  }
};
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("coprocess: what is added to the environment is in place of ours") {
  net::Loop loop;
  setenv("SO_COPROCESS_TEST", "old", 1);
  Shell shell{loop};
  shell.run("echo $SO_COPROCESS_TEST $SO_COPROCESS_OTHER; env | grep -c ^SO_COPROCESS_TEST=",
            {.command = {},
             .environment = {{"SO_COPROCESS_TEST", "new"}, {"SO_COPROCESS_OTHER", "too"}}});
  REQUIRE(shell.heard(2));
  CHECK(shell.lines == Lines{"new too", "1"});
}

TEST_CASE("coprocess: lines go to and fro") {
  net::Loop loop;
  Shell shell{loop};
  shell.run(R"(while read -r a; do echo "<$a>"; done; printf 'no end')");
  CHECK(shell.process->write("one"));
  CHECK(shell.process->write("two"));
  REQUIRE(shell.heard(2));
  CHECK(shell.process->write("three"));
  REQUIRE(shell.heard(3));
  CHECK(shell.lines == Lines{"<one>", "<two>", "<three>"});
}

TEST_CASE("coprocess: one that is not listened to waits, and nothing of it is lost") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); echo $i; done", {});
  REQUIRE(shell.heard(1));
  shell.process->want_lines(false);
  const std::size_t before = shell.lines.size();
  net::Timer later{loop, [&] { loop.stop(); }};
  later.start(Millis{100});
  loop.run();
  CHECK(shell.lines.size() == before);
  CHECK(shell.why.empty());  // it cannot have come to its end
  shell.process->want_lines(true);
  REQUIRE(shell.ended());
  REQUIRE(shell.lines.size() == 50000);
  CHECK(shell.lines.back() == "50000");
}

TEST_CASE("coprocess: who wants no more is told no more, even of what was read with it") {
  net::Loop loop;
  Shell shell{.loop = loop, .one_by_one = true};
  shell.run("printf '1\\n2\\n3\\n'");
  for (const std::size_t count : {1U, 2U, 3U}) {
    REQUIRE(shell.heard(count));
    CHECK(shell.lines.size() == count);
    CHECK(shell.why.empty());
    shell.process->want_lines(true);
  }
  CHECK(shell.ended());
  CHECK(shell.lines == Lines{"1", "2", "3"});
}

TEST_CASE("coprocess: the last line needs no newline, and waits like any other") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("printf 'one\\ntwo'");
  REQUIRE(shell.ended());
  CHECK(shell.lines == Lines{"one", "two"});

  Shell slow{.loop = loop, .one_by_one = true};
  slow.run("printf last");
  REQUIRE(run_until(loop, [&] { return !slow.lines.empty() && !slow.process->alive(); }));
  CHECK(slow.why.empty());
  slow.process->want_lines(true);
  CHECK(slow.ended());
  CHECK(slow.lines == Lines{"last"});
}

TEST_CASE("coprocess: an end is told once, with its reason, and nothing can be written then") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("echo last; exit 3");
  REQUIRE(shell.ended());
  CHECK(shell.lines == Lines{"last"});
  CHECK(shell.why == "exit code 3");
  CHECK_FALSE(shell.process->write("x"));

  shell.why.clear();
  shell.run("sleep 60 & exec sleep 60");
  shell.process->kill();
  REQUIRE(shell.ended());
  CHECK(shell.why == "signal 9");
}

TEST_CASE("coprocess: an end does not wait for others that hold its output") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("setsid sh -c 'echo $$; exec sleep 60' & read -r go; echo last; exit 3");
  REQUIRE(shell.heard(1));  // it has a session of its own
  CHECK(shell.process->write("go"));
  REQUIRE(shell.ended());
  CHECK(shell.lines.back() == "last");
  CHECK(shell.why == "exit code 3");
  CHECK(kill(std::stoi(shell.lines.front()), SIGKILL) == 0);
}

TEST_CASE("coprocess: one that closes its output still listens") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("echo bye; exec >&-; read -r code; exit $code");
  REQUIRE(shell.heard(1));
  CHECK(shell.process->write("7"));
  REQUIRE(shell.ended());
  CHECK(shell.why == "exit code 7");
}

TEST_CASE("coprocess: a line over the bound is passed over, the next is heard") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("head -c 300000 /dev/zero | tr '\\0' x; echo; echo good; cat",
            {.command = {}, .line_bytes = 100});
  REQUIRE(shell.heard(1));
  CHECK(shell.lines == Lines{"good"});
}

TEST_CASE("coprocess: what is not read is bounded") {
  net::Loop loop;
  Shell shell{loop};
  shell.run("exec sleep 60", {.command = {}, .queue_bytes = 1 << 20U, .last_read = Millis{50}});
  const std::string line(10000, 'x');
  int written = 0;
  while (written < 1000 && shell.process->write(line)) ++written;
  CHECK(written > 100);
  CHECK(written < 130);  // the queue and the pipe's own 64 KiB
}

TEST_CASE("coprocess: what was written before is read, whoever wants it any more") {
  const TempDir dir;
  constexpr std::size_t kLines = 3000;
  {
    net::Loop loop;
    Shell shell{loop};
    shell.run(R"(read -r to; exec tee "$to")");
    REQUIRE(shell.process->write(dir.path("out")));
    for (std::size_t i = 0; i < kLines; ++i) {
      REQUIRE(shell.process->write(std::string(1000, 'x')));
    }
    shell.process->want_lines(false);
    shell.process.reset();
  }
  CHECK(std::filesystem::file_size(dir.path("out")) == kLines * 1001);
}

TEST_CASE("coprocess: who never reads what was written before does not hold the end") {
  const TimePoint start = Clock::now();
  {
    net::Loop loop;
    Shell shell{loop};
    shell.run("trap '' TERM; exec sleep 60", {.command = {}, .last_read = Millis{50}});
    REQUIRE(shell.process->write(std::string(1 << 20U, 'x')));
    shell.process.reset();
  }
  CHECK(Clock::now() - start < Seconds{5});
}

TEST_CASE("coprocess: a program that is not there is an error") {
  net::Loop loop;
  const auto started = Coprocess::start(loop, {.command = {"/no/such/hook"}}, {});
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Code::kNotFound);
  CHECK(started.error().text.starts_with("unable to run /no/such/hook: no such file"));
}

TEST_CASE("coprocess: the loop does not end before one that hears neither end nor SIGTERM") {
  const TimePoint start = Clock::now();
  pid_t pid = 0;
  {
    net::Loop loop;
    Shell shell{loop};
    shell.run("trap '' TERM; echo $$; while :; do sleep 1; done");
    REQUIRE(shell.heard(1));
    pid = std::stoi(shell.lines.front());
    shell.process.reset();
  }
  CHECK(kill(pid, 0) == -1);
  CHECK(Clock::now() - start < Seconds{5});
}
