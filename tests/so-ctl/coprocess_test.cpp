// Calls out and results in, line by line.
#include "coprocess.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "net/run_until.h"

using namespace so;
using namespace so::ctl;

namespace {

struct Pipes {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  net::Loop loop;
  std::vector<std::string> answers;
  bool done = false;
  std::optional<Coprocess> coprocess;

  Pipes() {
    REQUIRE(pipe2(in.data(), O_CLOEXEC) == 0);
    REQUIRE(pipe2(out.data(), O_CLOEXEC) == 0);
    coprocess.emplace(
        loop, in[0], out[1],
        Coprocess::Handlers{.answer =
                                [this](std::string_view call, const bus::CallResult& result) {
                                  answers.push_back(fmt::format("{}: {} {} {}", call, result.code,
                                                                result.message, result.value));
                                },
                            .done = [this] { done = true; }});
  }
  ~Pipes() {
    coprocess.reset();
    for (const int fd : {in[0], in[1], out[0], out[1]}) close(fd);
  }
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;

  void say(std::string_view text) const {
    REQUIRE(write(in[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Pipes, "a call is a line out") {
  coprocess->call(R"({"event":"call","call":"1"})");
  coprocess->call(R"({"event":"call","call":"2"})");
  std::array<char, 256> text{};
  const ssize_t got = read(out[0], text.data(), text.size());
  REQUIRE(got > 0);
  CHECK(std::string_view{text.data(), static_cast<std::size_t>(got)} ==
        "{\"event\":\"call\",\"call\":\"1\"}\n{\"event\":\"call\",\"call\":\"2\"}\n");
}

TEST_CASE_FIXTURE(Pipes, "a result is a line in, and what is none is passed over") {
  say(R"({"call":"2","result":[1, 2]})"
      "\nnonsense\n[]\n"
      R"({"result":1})"
      "\n"
      R"({"call":"1","error":{"code":"limit","message":"busy","data":{"n": 1}}})"
      "\n"
      R"({"call":"3","error":{}})"
      "\n"
      R"({"call":"4"})"
      "\n");
  run_until(loop, [this] { return answers.size() >= 4; });
  CHECK(answers ==
        std::vector<std::string>{"2:   [1,2]", R"(1: limit busy {"n":1})", "3: failed  ", "4:   "});
  CHECK_FALSE(done);
}

TEST_CASE_FIXTURE(Pipes, "the end of the input is the end") {
  say(R"({"call":"1","result":7})");
  close(std::exchange(in[1], -1));
  run_until(loop, [this] { return done; });
  CHECK(answers == std::vector<std::string>{"1:   7"});
}

TEST_CASE_FIXTURE(Pipes, "what is not read is refused once 4 MiB wait") {
  const std::string event =
      fmt::format(R"({{"event":"call","call":"big","args":["{}"]}})", std::string(1 << 19, 'x'));
  for (int i = 0; i < 16 && answers.empty(); ++i) coprocess->call(event);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0] == "big: limit whoever answers does not read ");
}
