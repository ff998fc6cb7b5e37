#include "recording.h"

#include <string>

#include <doctest/doctest.h>

#include "support/lines.h"
#include "support/wait.h"

using namespace so;
using test::Lines;

namespace {

/// Takes changes, and answers each at once or never.
class TakingDoor : public ctl::Door {
 public:
  explicit TakingDoor(net::Loop& loop) : loop_(loop), start_(loop.now()) {}
  void open(ctl::Done, ctl::Done) override {}
  void get(std::string_view, std::string_view, ctl::Done) override {}
  void watch(std::string_view, ctl::Line, ctl::Done) override {}
  void drop(std::string_view, ctl::Done) override {}
  void list(std::string_view, ctl::Done) override {}
  void call(const ctl::Calling&, ctl::Done) override {}
  void serve(std::string_view, bool, ctl::Line, ctl::Done) override {}
  void result(std::string_view, const bus::CallResult&) override {}
  void kick(std::string_view, std::string_view, const ctl::Done&) override {}
  void change(std::string_view object, std::string_view changes, ctl::Done done) override {
    taken.push_back(std::string{object} + " " + std::string{changes});
    last = std::chrono::duration_cast<Millis>(loop_.now() - start_);
    loop_.defer([done, refusal = refusal] { done({.code = refusal}); });
  }

  Lines taken;
  Millis last{};
  std::string_view refusal;

 private:
  net::Loop& loop_;
  TimePoint start_;
};

struct ReplayTest {
  explicit ReplayTest(double speed) : replay(loop, door, {"board", speed}, handlers()) {}
  ctl::Replay::Handlers handlers() {
    return {.drained = [this] { ++drained; },
            .refused =
                [this](std::string_view code, std::string_view why) {
                  refused = std::string{code} + ": " + std::string{why};
                },
            .done = [this] { done = true; }};
  }
  bool until_done() {
    return wait_until(loop, [&] { return done; });
  }

  net::Loop loop;
  TakingDoor door{loop};
  int drained = 0;
  std::string refused;
  bool done = false;
  ctl::Replay replay;
};

}  // namespace

TEST_CASE("events become lines that can be replayed") {
  CHECK(ctl::record_line(Millis{0}, R"({"event":"sync","data":{"a":1,"b":[null]}})") ==
        R"({"at":0,"changes":[{"op":"clear"},{"op":"set","key":"a","value":1},)"
        R"({"op":"set","key":"b","value":[null]}]})");
  CHECK(ctl::record_line(Millis{1500}, R"({"event":"change","version":2,"from":"x",)"
                                       R"("changes":[{"op":"send","handler":"h","args":[1]}]})") ==
        R"({"at":1500,"changes":[{"op":"send","handler":"h","args":[1]}]})");
  CHECK(ctl::record_line(Millis{2}, R"({"event":"resume","batches":[{"changes":[{"op":"clear"}]},)"
                                    R"({"changes":[{"op":"delete","key":"k"}]}]})") ==
        R"({"at":2,"changes":[{"op":"clear"},{"op":"delete","key":"k"}]})");
  CHECK(ctl::record_line(Millis{2}, R"({"event":"join"})").empty());
}

TEST_CASE("a recording is played at its pace, or faster") {
  const std::string lines = R"({"at":0,"changes":[1]})"
                            "\n"
                            R"({"at":200,"changes":[2]})";
  for (const auto& [speed, least] : {std::pair{1.0, 200}, {4.0, 50}, {0.0, 0}}) {
    ReplayTest test{speed};
    test.replay.receive(lines);
    CHECK_FALSE(test.done);
    test.replay.end();
    REQUIRE(test.until_done());
    CHECK(test.door.taken == Lines{R"(board {"changes":[1]})", R"(board {"changes":[2]})"});
    CHECK(test.door.last >= Millis{least});
  }
}

TEST_CASE("what does not fit waits to be read") {
  ReplayTest test{0};
  std::string lines;
  for (int i = 0; i < 1000; ++i)
    lines += R"({"at":0,"changes":[1]})"
             "\n";
  test.replay.receive(lines);
  CHECK(test.replay.full());
  test.replay.end();
  REQUIRE(test.until_done());
  CHECK(test.door.taken.size() == 1000);
  CHECK(test.drained > 0);
}

TEST_CASE("what is wrong ends it by name") {
  ReplayTest broken{1};
  broken.replay.receive("{\"at\":0}\n");
  CHECK(broken.refused == "bad_request: line 1: changes is missing");
  ReplayTest refused{1};
  refused.door.refusal = "denied";
  refused.replay.receive(R"({"at":0,"changes":[1]})"
                         "\n");
  CHECK(wait_until(refused.loop, [&] { return refused.refused == "denied: "; }));
}
