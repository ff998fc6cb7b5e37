#include <filesystem>
#include <fstream>
#include <stdlib.h>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bus/keys.h"
#include "media/zmq_keys.h"
#include "media/zmq_publisher.h"
#include "media/zmq_subscriber.h"

using namespace so;
using namespace so::media;

namespace {

struct Folder {
  std::string path = [] {
    std::string name = "/tmp/so-media-XXXXXX";
    return std::string{mkdtemp(name.data())};
  }();
  ~Folder() { std::filesystem::remove_all(path); }
};

const Bytes kKeyFrame{0x17, 1, 0, 0, 0, 0, 0, 0, 1, 5};
const Bytes kFrame{0x27, 1, 0, 0, 0, 0, 0, 0, 1, 1};

struct MediaTest {
  Folder folder;
  net::Loop loop;
  std::unique_ptr<Publisher> publisher;
  net::Timer late{loop, [this] { loop.stop(Exit::kTimeout); }};

  MediaTest() {
    auto opened = Publisher::open(loop, folder.path, {});
    REQUIRE(opened);
    publisher = std::move(*opened);
    late.start(Millis{5000});
  }
  void publish(std::uint32_t timestamp) {
    publisher->publish({flv::TagType::kVideo, timestamp, timestamp % 10 == 0 ? kKeyFrame : kFrame});
  }
  std::unique_ptr<Subscriber> subscribe(Subscriber::Handlers handlers) {
    auto opened = Subscriber::open(loop, publisher->endpoint(), std::move(handlers));
    REQUIRE(opened);
    return std::move(*opened);
  }
};

}  // namespace

TEST_CASE("who joins in mid-stream gets the head and then everything, none twice") {
  MediaTest test;
  for (std::uint32_t i = 0; i < 25; ++i) test.publish(i);
  std::uint64_t next = 21;  // the unit of timestamp 20, a key frame
  bool skipped_any = false;
  const auto subscriber = test.subscribe({.unit =
                                              [&](const UnitView& unit, bool skipped) {
                                                CHECK(unit.sequence == next);
                                                CHECK(unit.timestamp == next - 1);
                                                skipped_any |= skipped;
                                                ++next;
                                                if (next > 1000) test.loop.stop();
                                              },
                                          .end = {}});
  std::uint32_t timestamp = 25;
  net::Timer source{test.loop, [&] {
                      if (next == 21) return;  // it has not joined yet
                      for (int i = 0; i < 10; ++i) test.publish(timestamp++);
                    }};
  source.start(Millis{1}, Millis{1});
  CHECK(test.loop.run() == Exit::kOk);
  CHECK_FALSE(skipped_any);
}

TEST_CASE("a subscriber that did not read catches up from a key frame") {
  MediaTest test;
  test.publish(0);
  std::uint64_t last = 0;
  int holes = 0;
  const auto subscriber = test.subscribe({.unit =
                                              [&](const UnitView& unit, bool skipped) {
                                                CHECK(unit.sequence > last);
                                                if (last != 0 && unit.sequence != last + 1) {
                                                  CHECK(skipped);
                                                  CHECK(unit.has(flag::kKey));
                                                  ++holes;
                                                }
                                                last = unit.sequence;
                                              },
                                          .end = {}});
  // Once it listens, more is published in one turn than any queue between holds.
  std::uint32_t timestamp = 1;
  net::Timer source{test.loop, [&] {
                      if (last == 0) return;
                      const std::uint32_t burst = timestamp == 1 ? 20'000 : 1;
                      for (std::uint32_t i = 0; i < burst; ++i) test.publish(timestamp++);
                      if (last + 5 > timestamp) test.loop.stop();
                    }};
  source.start(Millis{1}, Millis{1});
  CHECK(test.loop.run() == Exit::kOk);
  CHECK(holes == 1);
}

TEST_CASE("the end of a stream is told") {
  MediaTest test;
  test.publish(0);
  bool ended = false;
  const auto subscriber = test.subscribe(
      {.unit = [&](const UnitView&, bool) { test.loop.defer([&] { test.publisher.reset(); }); },
       .end =
           [&] {
             ended = true;
             test.loop.stop();
           }});
  test.loop.run();
  CHECK(ended);
}

TEST_CASE("who does not ask for the end of a stream is not harmed by it") {
  MediaTest test;
  test.publish(0);
  int listening = 0;
  const auto end_when_both_listen = [&](const UnitView&, bool) {
    if (++listening == 2) test.loop.defer([&] { test.publisher.reset(); });
  };
  const auto ignorant = test.subscribe({.unit = end_when_both_listen, .end = {}});
  const auto other =
      test.subscribe({.unit = end_when_both_listen, .end = [&] { test.loop.stop(); }});
  CHECK(test.loop.run() == Exit::kOk);
}

TEST_CASE("sockets of dead processes are removed, others stay") {
  const Folder folder;
  const std::string dead =
      fmt::format("{}/media-{}-00", folder.path, 999'999'999);  // above every kernel's pid_max
  const std::string own = fmt::format("{}/media-{}-00", folder.path, getpid());
  std::ofstream{dead}.put('x');
  std::ofstream{own}.put('x');
  net::Loop loop;
  const auto publisher = Publisher::open(loop, folder.path, {});
  REQUIRE(publisher);
  CHECK_FALSE(std::filesystem::exists(dead));
  CHECK(std::filesystem::exists(own));
}

TEST_CASE("a folder that is not there is named in the error") {
  net::Loop loop;
  const auto publisher = Publisher::open(loop, "/nonexistent/folder", {});
  REQUIRE_FALSE(publisher);
  CHECK(publisher.error().text.starts_with("unable to bind ipc:///nonexistent/folder/media-"));
}

namespace {

struct Pair {
  std::string own, known;
  Pair(const Folder& folder, const std::string& name)
      : own(folder.path + "/" + name + ".key"), known(folder.path + "/" + name + ".pub") {
    REQUIRE(bus::save_key_pair(folder.path + "/" + name, bus::make_key_pair()));
  }
};

/// Whether a publisher at tcp:// gives its stream to a subscriber in the same process, which has
/// its keys and is one of the `known`; empty: nobody has any.
bool reaches(const std::string& own, const std::string& known) {
  net::Loop loop;
  std::unique_ptr<Keys> keys;
  if (!own.empty()) keys = *Keys::load(loop, own, known);
  auto publisher = Publisher::open(loop, "tcp://127.0.0.1", {});
  REQUIRE(publisher);
  (*publisher)->publish({flv::TagType::kVideo, 0, kKeyFrame});
  CHECK(((*publisher)->endpoint().find('#') == std::string::npos) == own.empty());
  bool reached = false;
  auto subscriber = Subscriber::open(loop, (*publisher)->endpoint(),
                                     {.unit =
                                          [&](const UnitView&, bool) {
                                            reached = true;
                                            loop.stop();
                                          },
                                      .end = {}});
  REQUIRE(subscriber);
  net::Timer late{loop, [&] { loop.stop(); }};
  late.start(own.empty() || known.find("/ours") != std::string::npos ? Millis{10'000}
                                                                     : Millis{500});
  loop.run();
  return reached;
}

}  // namespace

TEST_CASE("other machines get a stream over tcp, with keys that are known or without any") {
  const Folder folder;
  const Pair ours{folder, "ours"};
  const Pair stranger{folder, "stranger"};
  CHECK(reaches("", ""));
  CHECK(reaches(ours.own, ours.known));
  CHECK_FALSE(reaches(ours.own, stranger.known));
  net::Loop loop;
  const auto without = Subscriber::open(loop, "tcp://127.0.0.1:1#" + std::string(40, 'k'),
                                        {.unit = [](const UnitView&, bool) {}, .end = {}});
  REQUIRE_FALSE(without);
  CHECK(without.error().text.ends_with(" needs --key"));
}

TEST_CASE("of a range of ports the first free one is taken, until there is none") {
  net::Loop loop;
  auto first = Publisher::open(loop, "tcp://127.0.0.1", {});
  REQUIRE(first);
  const std::string taken = (*first)->endpoint().substr(std::string{"tcp://127.0.0.1:"}.size());
  const auto second = Publisher::open(loop, "tcp://127.0.0.1:" + taken, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().text.find("Address already in use") != std::string::npos);
}
