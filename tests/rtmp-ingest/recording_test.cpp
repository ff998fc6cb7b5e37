#include "recording.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/resource.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "support/flv_file.h"

using namespace so;
using ingest::Recording;
using rtmp::MediaKind;
using test::Av;
using test::IngestTest;

namespace {

Bytes content(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// "V0 V40 A45": all tags, which must be whole.
std::string tags(const std::string& path) {
  std::string text;
  for (const auto& tag : test::read_tags(content(path), 1 << 20)) {
    const char letter = tag.type == flv::TagType::kVideo ? 'V' : 'A';
    text += fmt::format("{}{}{}", text.empty() ? "" : " ", letter, tag.timestamp);
  }
  return text;
}

media::UnitView video(std::uint32_t timestamp, ByteView body, std::uint8_t flags = 0) {
  return {1, flags, flv::TagType::kVideo, timestamp, body};
}

}  // namespace

TEST_CASE("R8: what is published to be recorded becomes a file, and more is appended") {
  TempDir files;
  IngestTest test{[&](auto& options) { options.record = files.path(""); }};
  const auto publish = [&](std::string_view type, std::uint32_t start) {
    const auto peer = test.in("live/studio");
    peer->session.publish(1, "cam", type);
    peer->flush();
    CHECK(peer->next() == "status 1 NetStream.Publish.Start");
    CHECK(peer->next() == "status 1 NetStream.Record.Start");
    peer->send(MediaKind::kVideo, 0, Av::avc_config());
    peer->send(MediaKind::kVideo, start, Av::key());
    peer->send(MediaKind::kAudio, start + 45, Av::audio());
    peer->session.unpublish("cam");
    peer->session.delete_stream(1);
    peer->flush();
    CHECK(peer->next() == "status 1 NetStream.Record.Stop");
  };
  const std::string file = files.path("live/studio/cam.flv");
  publish("record", 5000);
  CHECK(tags(file) == "V0 V0 A45");
  publish("append", 9000);
  CHECK(tags(file) == "V0 V0 A45 V65 V65 A110");
  publish("record", 0);
  CHECK(tags(file) == "V0 V0 A45");
}

TEST_CASE("R8: a stream that cannot be recorded is live all the same") {
  IngestTest test;
  const auto peer = test.in("live");
  peer->session.publish(1, "cam", "record");
  peer->flush();
  CHECK(peer->next() == "status 1 NetStream.Publish.Start");
  CHECK(peer->next() == "error 1 NetStream.Record.NoAccess");
  const auto player = test.player("cam");
}

TEST_CASE("a file that was cut off is appended to behind its last whole tag") {
  TempDir files;
  const Bytes body = Av::key();
  const std::string path = files.path("cam.flv");
  {
    const auto recording = Recording::open(files.path(""), "/cam", Recording::Mode::kReplace);
    REQUIRE(recording);
    for (const std::uint32_t time : {0U, 40U, 80U}) REQUIRE((*recording)->add(video(time, body)));
  }
  CHECK(tags(path) == "V0 V40 V80");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 7);
  {
    const auto recording = Recording::open(files.path(""), "/cam", Recording::Mode::kAppend);
    REQUIRE(recording);
    CHECK_FALSE(Recording::open(files.path(""), "/cam", Recording::Mode::kAppend));  // one a file
    REQUIRE((*recording)->add(video(7000, body)));
  }
  CHECK(tags(path) == "V0 V40 V60");
}

TEST_CASE("no name leads out of the folder, and what is no recording is left alone") {
  TempDir files;
  TempDir elsewhere;
  std::filesystem::create_directory_symlink(elsewhere.path(""), files.path("live"));
  CHECK_FALSE(Recording::open(files.path(""), "/live/cam", Recording::Mode::kReplace));
  std::filesystem::create_symlink(elsewhere.path("x"), files.path("cam.flv"));
  CHECK_FALSE(Recording::open(files.path(""), "/cam", Recording::Mode::kReplace));
  CHECK(std::filesystem::is_empty(elsewhere.path("")));
  std::ofstream{files.path("text.flv")} << "this is a text, and a long one";
  CHECK_FALSE(Recording::open(files.path(""), "/text", Recording::Mode::kAppend));
  CHECK(content(files.path("text.flv")).size() == 30);
  CHECK_FALSE(Recording::open(files.path("none"), "/live/cam", Recording::Mode::kReplace));
}

TEST_CASE("on a full disk the file ends with a whole tag, and stays so") {
  TempDir files;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100'000, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  Bytes body = Av::inter();
  body.resize(30'000);
  Status status;
  {
    const auto recording = Recording::open(files.path(""), "/cam", Recording::Mode::kReplace);
    REQUIRE(recording);
    for (std::uint32_t i = 0; i < 10 && status; ++i)
      status = (*recording)->add(video(i * 40, body));
    CHECK_FALSE(status);
    CHECK_FALSE((*recording)->add(video(0, body)));
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(status.error().text == "recording: file too large");
  CHECK(tags(files.path("cam.flv")) == "V0 V40 V80");
}
