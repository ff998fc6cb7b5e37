// Recordings that are played: what is sent, when, and from where on.
#include "playback.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "play_wish.h"
#include "support/flv_file.h"
#include "support/rules.h"

using namespace so;
using ingest::Playback;
using ingest::PlayRange;
using test::Av;
using test::IngestTest;
using test::Lines;

namespace {

/// A file of 10 s: a picture each 40 ms, a key frame a second, sound beside each picture.
struct Recorded {
  TempDir dir;
  std::vector<test::OwnedTag> tags;

  explicit Recorded(bool video = true, std::uint32_t seconds = 10) {
    const Bytes metadata = amf::encode({amf::Value::string("onMetaData"), amf::Value::number(1)});
    add(flv::TagType::kScript, 0, metadata);
    if (video) add(flv::TagType::kVideo, 0, Av::avc_config());
    for (std::uint32_t time = 0; time < seconds * 1000; time += 40) {
      if (video) add(flv::TagType::kVideo, time, time % 1000 == 0 ? Av::key() : Av::inter());
      add(flv::TagType::kAudio, time + 5, Av::audio());
    }
    std::filesystem::create_directory(dir.path("live"));
    rewrite();
  }
  void rewrite() const {
    Bytes file;
    Writer out{file};
    flv::write_file_header(true, true, out);
    for (const test::OwnedTag& tag : tags) flv::write_tag(tag.view(), out);
    write(file);
  }
  void add(flv::TagType type, std::uint32_t time, Bytes body) {
    tags.push_back({type, time, std::move(body)});
  }
  void write(ByteView file) const {
    std::ofstream{dir.path("live/cam.flv"), std::ios::binary} << as_text(file);
  }
  [[nodiscard]] std::unique_ptr<Playback> play(const PlayRange& range = {}) const {
    auto opened = Playback::open(dir.path(""), "live/cam", range);
    REQUIRE(opened);
    return *std::move(opened);
  }
};

/// All that is due now.
std::vector<test::OwnedTag> due(Playback& playback, TimePoint now) {
  std::vector<test::OwnedTag> tags;
  while (true) {
    auto message = playback.next(now);
    if (!message) return tags;
    tags.push_back({message->type, message->timestamp, std::move(message->body)});
  }
}
std::string brief(const std::vector<test::OwnedTag>& tags, std::size_t most = 5) {
  std::string text;
  for (const test::OwnedTag& tag : tags) {
    if (most-- == 0) break;
    const char letter = tag.type == flv::TagType::kVideo    ? 'V'
                        : tag.type == flv::TagType::kScript ? 'S'
                                                            : 'A';
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", letter, tag.timestamp);
  }
  return text;
}

constexpr TimePoint kStart{};

}  // namespace

TEST_CASE("a recording is sent as it is in the file, a buffer ahead of its time") {
  const Recorded file;
  const auto playback = file.play();
  playback->set_buffer(Millis{1000});
  auto sent = due(*playback, kStart);
  CHECK(sent.back().timestamp == 1000);
  CHECK(due(*playback, kStart + Millis{4}).empty());
  for (int ms = 5; !playback->ended(); ms += 100) {
    for (auto& tag : due(*playback, kStart + Millis{ms})) {
      CHECK(tag.timestamp <= static_cast<std::uint32_t>(ms) + 1000);
      sent.push_back(std::move(tag));
    }
  }
  CHECK(sent == file.tags);
  CHECK(playback->position() == 9965);
}

TEST_CASE("a playback begins at the key frame before, with what that needs, and ends in time") {
  const Recorded file;
  const auto playback = file.play({.start = 5500, .duration = 1000});
  playback->set_buffer(Seconds{100});
  const auto sent = due(*playback, kStart);
  CHECK(brief(sent) == "S5000 V5000 V5000 A5005 V5040");
  CHECK(sent.at(1).body == Av::avc_config());
  CHECK(sent.at(2).body == Av::key());
  CHECK(brief({sent.back()}) == "A6485");
  CHECK(playback->ended());
  playback->seek(0);  // it goes on all the same
  CHECK(brief(due(*playback, kStart)) == "S0 V0 V0 A5 V40");
  const auto late = file.play({.start = 99'000});
  CHECK(brief(due(*late, kStart)) == "S9000 V9000 V9000 A9005 V9040");
  const Recorded sound{false};
  const auto heard = sound.play({.start = 5500});
  CHECK(brief(due(*heard, kStart)) == "S5485 A5485 A5525 A5565 A5605");
}

TEST_CASE("a playback that pauses goes on where it was, at its pace") {
  const Recorded file;
  const auto playback = file.play();
  playback->set_buffer(Millis{0});
  CHECK(due(*playback, kStart).back().timestamp == 0);
  playback->pause(true, kStart + Millis{10});
  CHECK(due(*playback, kStart + Seconds{60}).empty());
  playback->pause(false, kStart + Seconds{60});
  CHECK(brief(due(*playback, kStart + Seconds{60})) == "A5");
  CHECK(brief(due(*playback, kStart + Seconds{60} + Millis{30})) == "V40");
}

TEST_CASE("looking for a place in a long file takes several turns") {
  const Recorded file{true, 100};  // 5002 tags
  const auto playback = file.play({.start = 90'500});
  CHECK_FALSE(playback->next(kStart));
  CHECK_FALSE(playback->next(kStart));
  CHECK_FALSE(playback->ended());
  CHECK(brief(due(*playback, kStart), 3) == "S90000 V90000 V90000");
}

TEST_CASE("a file that grows is played as far as it goes; one cut off to its last whole tag") {
  const Recorded file;
  std::ifstream in{file.dir.path("live/cam.flv"), std::ios::binary};
  const Bytes whole{std::istreambuf_iterator<char>{in}, {}};
  file.write(ByteView{whole}.first(whole.size() - 3));
  const auto playback = file.play();
  playback->set_buffer(Seconds{100});
  auto sent = due(*playback, kStart);
  CHECK(sent.size() == file.tags.size() - 1);
  CHECK(playback->ended());
  file.write(ByteView{whole}.first(100));
  const auto growing = file.play();
  growing->set_buffer(Seconds{100});
  file.write(whole);
  CHECK(due(*growing, kStart) == file.tags);
}

TEST_CASE("a recording is as long as its last tag says, unless that is cut off") {
  const Recorded file;
  CHECK(file.play()->length() == Millis{9965});
  std::ifstream in{file.dir.path("live/cam.flv"), std::ios::binary};
  const Bytes whole{std::istreambuf_iterator<char>{in}, {}};
  for (const unsigned less : {1U, 3U, 4U, 5U, 14U}) {
    file.write(ByteView{whole}.first(whole.size() - less));
    CHECK(file.play()->length() == Millis{0});
  }
  file.write(ByteView{whole}.first(ingest::kFlvHeader));
  CHECK(file.play()->length() == Millis{0});
  for (const int byte : {0x00, 0x01, 0xFF}) {
    Bytes lies = whole;
    std::fill(lies.end() - 4, lies.end(), static_cast<std::uint8_t>(byte));
    file.write(lies);
    CHECK(file.play()->length() == Millis{0});
  }
}

TEST_CASE("where the clock of a recording goes back, it goes on at once, at its pace") {
  Recorded file;
  file.tags.clear();
  file.add(flv::TagType::kScript, 0, {});
  file.add(flv::TagType::kVideo, 61'000, Av::key());
  file.add(flv::TagType::kAudio, 61'005, Av::audio());
  file.add(flv::TagType::kVideo, 0, Av::key());  // another publisher
  file.add(flv::TagType::kAudio, 61'025, Av::audio());
  file.add(flv::TagType::kVideo, 0, Av::avc_config());
  file.add(flv::TagType::kAudio, 5, Av::audio());
  file.add(flv::TagType::kVideo, 40, Av::inter());
  file.add(flv::TagType::kScript, 0, {});
  file.add(flv::TagType::kVideo, 80, Av::inter());
  file.rewrite();
  const auto playback = file.play();
  playback->set_buffer(Millis{0});
  CHECK(brief(due(*playback, kStart)) == "S0 V61000");
  CHECK(brief(due(*playback, kStart + Millis{24})) == "A61005 V0");
  CHECK(brief(due(*playback, kStart + Millis{25})) == "A61025 V0 A5");
  CHECK(due(*playback, kStart + Millis{39}).empty());
  CHECK(brief(due(*playback, kStart + Millis{40})) == "V40 S0");
  CHECK(brief(due(*playback, kStart + Millis{80})) == "V80");
  CHECK(playback->ended());
}

TEST_CASE("a recording that is cut off while it is played ends there") {
  const Recorded file;
  std::ifstream in{file.dir.path("live/cam.flv"), std::ios::binary};
  const Bytes whole{std::istreambuf_iterator<char>{in}, {}};
  const auto playback = file.play();
  playback->set_buffer(Seconds{100});
  CHECK(playback->next(kStart));
  std::filesystem::resize_file(file.dir.path("live/cam.flv"), whole.size() / 2);
  const auto sent = due(*playback, kStart);
  CHECK(playback->ended());
  CHECK(sent.size() < file.tags.size() / 2 + 1);
  CHECK(std::equal(sent.begin(), sent.end(), file.tags.begin() + 1));
}

TEST_CASE("what a recording has too much of before its key frame is left out, a bit at a time") {
  Recorded file;
  file.tags.clear();
  Bytes large = amf::encode({amf::Value::string("onMetaData"), amf::Value::number(1)});
  const Bytes small = large;
  file.add(flv::TagType::kScript, 0, small);
  large.resize(Playback::kLargestNeed + 1);
  file.add(flv::TagType::kScript, 0, large);
  for (int i = 0; i < 10; ++i) {
    Bytes configuration = Av::avc_config();
    configuration.resize(Playback::kLargestNeed);
    file.add(flv::TagType::kVideo, 0, std::move(configuration));
  }
  file.add(flv::TagType::kVideo, 1000, Av::key());
  file.rewrite();
  const auto playback = file.play({.start = 1000});
  CHECK_FALSE(playback->next(kStart));
  CHECK_FALSE(playback->next(kStart));
  const auto sent = due(*playback, kStart);
  CHECK(brief(sent) == "S1000 V1000 V1000");
  CHECK(sent.front().body == small);
}

TEST_CASE("what is no recording is not played, and no name leads out of the folder") {
  const Recorded file;
  TempDir elsewhere;
  std::filesystem::copy(file.dir.path("live/cam.flv"), elsewhere.path("cam.flv"));
  std::filesystem::create_directory_symlink(elsewhere.path(""), file.dir.path("link"));
  std::filesystem::create_symlink(elsewhere.path("cam.flv"), file.dir.path("live/link.flv"));
  std::filesystem::create_directory(file.dir.path("live/folder.flv"));
  std::ofstream{file.dir.path("live/text.flv")} << "this is a text, and a long one";
  std::ofstream{file.dir.path("live/empty.flv")} << "";
  std::ofstream{file.dir.path("live/short.flv")} << "FLV\1\5" << std::string(20, '\0');
  for (const auto* name : {"live/none", "none/cam", "link/cam", "live/link", "live/folder",
                           "live/text", "live/empty", "live/short"}) {
    CAPTURE(name);
    CHECK_FALSE(Playback::open(file.dir.path(""), name, {}));
  }
  CHECK(Playback::open(file.dir.path(""), "live/none", {}).error().code == Code::kNotFound);
}

TEST_CASE("what a play asks for, by its name and where it starts") {
  struct Case {
    std::string_view path;
    double start;
    std::string_view wish;
  };
  for (const Case& c : std::array{
           Case{"live/cam", -2, "/live/cam"},
           Case{"live/cam", -2000, "/live/cam"},
           Case{"live/cam", -1, "/live/cam live"},
           Case{"live/cam", -1000, "/live/cam live"},
           Case{"live/cam", 5000, "/live/cam from 5000"},
           Case{"live/cam.flv", -1000, "/live/cam recorded"},
           Case{"live/flv:cam", -2, "/live/cam recorded"},
           Case{"live/mp4:a/cam.flv", 0, "/live/a/cam recorded"},
           Case{"mp4:live/cam", 0, "/live/cam recorded"},
           Case{"live/xmp4:cam", 0, "/live/xmp4:cam"},
           Case{"live/.flv", 0, "/live/.flv"},
           Case{"live/cam", 1e300, "/live/cam from 4294967295"},
       }) {
    rtmp::PlayRequest request;
    request.path.path = c.path;
    request.start = c.start;
    const auto wish = ingest::wish_of(request);
    std::string said = wish.stream;
    if (wish.recorded) said += " recorded";
    if (wish.live) said += " live";
    if (wish.range.start > 0) said += fmt::format(" from {}", wish.range.start);
    CHECK(said == c.wish);
  }
}

TEST_CASE("any number that a client sends is a place in a recording") {
  CHECK(ingest::place_in_recording(std::nan("")) == 0);
  CHECK(ingest::place_in_recording(-1) == 0);
  CHECK(ingest::place_in_recording(1500.7) == 1500);
  CHECK(ingest::place_in_recording(HUGE_VAL) == 4294967295);
}

TEST_CASE("R8: a recording is played by its name, to its end, and again from another place") {
  const Recorded file{true, 1};
  IngestTest test{[&](auto& options) { options.record = file.dir.path(""); }};
  const auto player = test.in("live");
  std::vector<test::OwnedTag> got;
  player->media = [&](const rtmp::Media& media) {
    const auto type = media.kind == rtmp::MediaKind::kVideo   ? flv::TagType::kVideo
                      : media.kind == rtmp::MediaKind::kAudio ? flv::TagType::kAudio
                                                              : flv::TagType::kScript;
    got.push_back({type, media.timestamp, to_bytes(media.body)});
  };
  const auto plays_to_end = [&] {
    Lines heard;
    for (std::string line = player->next(); line != "nothing"; line = player->next()) {
      const bool media = line.find(" on 1 at ") != std::string::npos;
      if (!media) heard.push_back(line);
      if (line.ends_with("Play.Stop")) break;
    }
    return heard;
  };
  player->play("cam.flv");
  CHECK(plays_to_end() == Lines{"status 1 NetStream.Play.Reset", "status 1 NetStream.Play.Start",
                                "eof 1", "status 1 NetStream.Play.Stop"});
  REQUIRE(got.size() == file.tags.size() + 2);  // |RtmpSampleAccess and onPlayStatus
  CHECK(std::vector(got.begin() + 1, got.end() - 1) == file.tags);
  got.clear();
  player->session.call("seek", {amf::Value::number(960)});
  player->flush();
  const Lines again = plays_to_end();
  CHECK(again.at(1) == "eof 1");
  CHECK(again.at(2) == "status 1 NetStream.Seek.Notify");
  CHECK(got.size() == file.tags.size() + 1);
}

TEST_CASE("R8: what is live comes before what is recorded, and the policy before both") {
  const Recorded file;
  IngestTest test{hub::Options{}, R"({"role":"anonymous"})",
                  [&](auto& options) { options.record = file.dir.path(""); }};
  const auto first = [&](const std::string& name, double start) {
    const auto player = test.in("live");
    player->session.play(1, name, start);
    player->flush();
    std::string said = player->next();
    if (!said.starts_with("status")) return said;
    CHECK(player->next() == "status 1 NetStream.Play.Start");
    player->next();  // |RtmpSampleAccess
    return player->next();
  };
  CHECK(first("cam", -2).starts_with("data on 1 at 0"));  // its metadata
  CHECK(first("cam", -1) == "error 1 NetStream.Play.StreamNotFound");
  CHECK(first("none.flv", -2) == "error 1 NetStream.Play.StreamNotFound");
  CHECK(first("flv:cam", -2).starts_with("data on 1 at 0"));
  const auto publisher = test.publisher("cam");
  publisher->send(rtmp::MediaKind::kVideo, 777, Av::key());
  publisher->all();
  CHECK(first("cam", -2) == "video on 1 at 777, 12 bytes");
  CHECK(first("cam", 0) == "video on 1 at 777, 12 bytes");
  CHECK(first("cam.flv", -2).starts_with("data on 1 at 0"));
  CHECK(first("cam", 5000).starts_with("data on 1 at 5000"));
  const auto odd = test.publisher("odd.flv");
  odd->send(rtmp::MediaKind::kVideo, 555, Av::key());
  odd->all();
  CHECK(first("odd.flv", -2) == "video on 1 at 555, 12 bytes");
  test.hub.set_policy(test::rules({test::deny(policy::Actions{policy::Action::kPlay})}));
  CHECK(first("mp4:cam", 0) == "error 1 NetStream.Play.Failed");
}

TEST_CASE("R8: how long a recording is hears who may play it") {
  const Recorded file;
  IngestTest test{hub::Options{}, R"({"role":"anonymous"})",
                  [&](auto& options) { options.record = file.dir.path(""); }};
  const auto player = test.in("live");
  const auto length = [&](std::string_view name) {
    const double transaction = player->session.call("getStreamLength", {amf::Value::string(name)});
    player->flush();
    const std::string answer = player->next();
    const std::string start = fmt::format("reply {} ", transaction);
    return answer.starts_with(start) ? answer.substr(start.size()) : answer;
  };
  CHECK(length("cam") == "9.965");
  CHECK(length("flv:cam") == "9.965");
  CHECK(length("cam.flv") == "9.965");
  CHECK(length("none") == "0");
  CHECK(length("../cam") == "0");
  CHECK(length("") == "0");
  const auto publisher = test.publisher("cam");
  CHECK(length("cam") == "0");
  CHECK(length("cam.flv") == "9.965");
  test.hub.set_policy(test::rules({test::deny(policy::Actions{policy::Action::kPlay})}));
  CHECK(length("cam.flv") == "0");
}

TEST_CASE("where players wait for publishers a recording has to be asked for by its name") {
  const Recorded file;
  IngestTest test{[&](auto& options) {
    options.record = file.dir.path("");
    options.play_wait = Millis{60'000};
  }};
  const auto player = test.player("cam");
  CHECK(test.heard(*player).empty());
  const auto other = test.player("cam.flv");
  CHECK(other->next().starts_with("data on 1 at 0"));
}

TEST_CASE("who plays something else on the same stream plays only that") {
  const Recorded file;
  IngestTest test{[&](auto& options) { options.record = file.dir.path(""); }};
  const auto publisher = test.publisher("new");
  const auto player = test.player("new");
  player->session.play(1, "none.flv");
  player->flush();
  CHECK(player->next() == "error 1 NetStream.Play.StreamNotFound");
  publisher->send(rtmp::MediaKind::kVideo, 0, Av::key());
  publisher->all();
  CHECK(player->all().empty());
}
