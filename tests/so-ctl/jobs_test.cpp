// What a command makes of a call.
#include "jobs.h"

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "net/run_until.h"

using namespace so;
using namespace so::ctl;

namespace {

struct Bench {
  net::Loop loop;
  std::map<std::string, std::string> answers;  // by call: "code message value"

  Jobs jobs(std::vector<std::string> command, std::size_t at_once = 4) {
    return Jobs{loop, std::move(command), at_once,
                [this](std::string_view call, const bus::CallResult& result) {
                  answers[std::string{call}] =
                      fmt::format("{} {} {}", result.code, result.message, result.value);
                }};
  }
  static std::string event(std::string_view call, std::string_view args = "[]",
                           int timeout = 10'000) {
    return fmt::format(R"({{"event":"call","call":"{}","scope":"/chat","method":"m",)"
                       R"("args":{},"from":"ID","timeout":{}}})",
                       call, args, timeout);
  }
  /// How a script answers a call with these arguments.
  std::string sh(std::string script, std::string_view args = "[]") {
    answers.clear();
    Jobs all = jobs({"sh", "-c", std::move(script), "sh"});
    all.call(event("1", args));
    run_until(loop, [this] { return answers.contains("1"); });
    return answers["1"];
  }
};

}  // namespace

TEST_CASE_FIXTURE(Bench, "strings are words as they stand, all else is compact JSON") {
  CHECK(sh(R"(printf '<%s>' "$@")", R"(["a \"b\"", "", 1.0, null, {"x": [true]}, "-n"])") ==
        R"(  "<a \"b\"><><1><null><{\"x\":[true]}><-n>")");
  CHECK(sh("cat", R"([1, "\n"])") == R"(  [1,"\n"])");
  CHECK(sh("wc -l", "[1]") == "  1");
  CHECK(sh("echo $SCOPEWIRE_SCOPE $SCOPEWIRE_METHOD $SCOPEWIRE_FROM") == R"(  "/chat m ID")");
  CHECK(sh("true", R"(["a\u0000b"])") ==
        "failed an argument has a NUL, which no word of a command can have ");
}

TEST_CASE_FIXTURE(Bench, "what is printed is JSON, else a string, and nothing is null") {
  CHECK(sh("echo ' {\"a\": 1} '") == R"(  {"a":1})");
  CHECK(sh("true") == "  null");
  CHECK(sh("echo") == "  null");
  CHECK(sh("echo 007") == R"(  "007")");
  CHECK(sh(R"(printf 'one\ntwo\n\n')") == R"(  "one\ntwo\n")");
  CHECK(sh(R"(printf '\377')") == R"(  {"$str8":"/w=="})");
}

TEST_CASE_FIXTURE(Bench, "a command that fails says why") {
  CHECK(sh("echo no >&2; echo 'because of\nthis' >&2; echo ignored; exit 3") ==
        R"(failed this {"exit":3})");
  CHECK(sh("exit 4") == R"(failed exit code 4 {"exit":4})");
  CHECK(sh("kill -9 $$") == "failed signal 9 ");
  CHECK(sh(R"(printf '\377' >&2; exit 1)") == R"(failed exit code 1 {"exit":1})");
  CHECK(sh("head -c 2000000 /dev/zero") == "failed the command has written too much ");
  Jobs missing = jobs({"/nonexistent/x"});
  missing.call(event("2"));
  CHECK(answers["2"] == "failed unable to run /nonexistent/x: no such file or directory ");
}

TEST_CASE_FIXTURE(Bench, "so many run at once, the others wait, and too many are refused") {
  Jobs all = jobs({"sh", "-c", R"(until test -e "$0"; do sleep 0.01; done; echo done)"}, 2);
  const std::string flag = fmt::format("/tmp/so-jobs-test-{}", getpid());
  const std::string args = fmt::format(R"(["{}"])", flag);
  const std::size_t fit = 2 + Jobs::kQueued;
  for (std::size_t i = 0; i < fit; ++i) {
    all.call(event(std::to_string(i), args, i < 3 ? 10'000 : 1));
  }
  all.call(event("over", args));
  CHECK(answers.size() == 1);
  CHECK(answers["over"] == "limit too many calls wait for the command ");
  run_for(loop, Millis{20});  // nobody waits for those that wait any more, but for the third
  fclose(fopen(flag.c_str(), "w"));
  run_until(loop, [&] { return answers.size() == 4; });
  CHECK(answers.contains("2"));
  run_for(loop, Millis{20});
  CHECK(answers.size() == 4);
  unlink(flag.c_str());
}

TEST_CASE_FIXTURE(Bench, "a command is killed when nobody waits any more, and the next runs") {
  Jobs all = jobs({"sh", "-c", R"(test "$0" = fast || exec sleep 100)"}, 1);
  all.call(event("slow", "[]", 50));
  all.call(event("fast", R"(["fast"])"));
  run_until(loop, [this] { return !answers.empty(); });
  CHECK(answers.size() == 1);
  CHECK(answers["fast"] == "  null");
}
