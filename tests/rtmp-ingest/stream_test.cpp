// Who is sent what: players by themselves, without sessions.
#include "stream.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "rtmp/chunk_reader.h"
#include "support/fake_bus.h"

using namespace so;
using ingest::StreamKey;
using rtmp::MediaKind;
using test::Av;

namespace {

/// The far end of a player's connection, which reads only when told to: "V0 V40 A45", or "D40:4"
/// for four bytes of data.
class Player {
 public:
  Player(net::TcpConnections& connections, std::uint32_t stream) {
    auto [near, far] = test::socket_pair();
    socket_ = std::move(near);
    key = {connections.adopt(std::move(far), {"player", 0}), stream};
    reader_.set_chunk_size(ingest::StreamOptions{}.chunk_size);
  }

  StreamKey key;

  std::string read() {
    std::array<std::uint8_t, 65536> part{};
    for (ssize_t got = 1; (got = ::read(socket_.get(), part.data(), part.size())) > 0;)
      bytes_.insert(bytes_.end(), part.begin(), part.begin() + got);
    std::string heard;
    ByteView rest{bytes_};
    for (auto message = reader_.next(rest); message && *message; message = reader_.next(rest)) {
      CHECK((*message)->header.stream == key.stream);
      heard += fmt::format("{}{}{}", heard.empty() ? "" : " ", letter((*message)->header.type),
                           (*message)->header.timestamp);
      if (heard[heard.rfind(' ') + 1] == 'D') heard += fmt::format(":{}", (*message)->body.size());
    }
    bytes_ = to_bytes(rest);
    return heard;
  }

 private:
  static char letter(rtmp::MessageType type) {
    if (type == rtmp::MessageType::kAudio) return 'A';
    return type == rtmp::MessageType::kVideo ? 'V' : 'D';
  }

  UniqueFd socket_;
  Bytes bytes_;
  rtmp::ChunkReader reader_;
};

struct StreamTest {
  explicit StreamTest(std::size_t player_queue = std::size_t{8} << 20U)
      : stream(loop, connections, options(dir, player_queue)) {
    REQUIRE(stream.publish_here());
  }

  TempDir dir;
  net::Loop loop;
  net::TcpConnections connections{loop};
  ingest::Stream stream;

  static ingest::StreamOptions options(const TempDir& dir, std::size_t player_queue) {
    return {.media_folder = dir.path(""), .head = {}, .player_queue = player_queue};
  }
  Player player(std::uint32_t id = 1) { return Player{connections, id}; }
  Player& add(Player& player) {
    stream.add_player(player.key);
    return player;
  }
  void config() { video(0, Av::avc_config()); }
  void key(std::uint32_t ms) { video(ms, Av::key()); }
  void inter(std::uint32_t ms) { video(ms, Av::inter()); }
  void video(std::uint32_t ms, const Bytes& body) {
    stream.media({1, MediaKind::kVideo, ms, body});
  }
  void audio(std::uint32_t ms) {
    const Bytes body = Av::audio();
    stream.media({1, MediaKind::kAudio, ms, body});
  }
  /// What the player has got, once all has left.
  std::string heard(Player& player) {
    std::string text;
    REQUIRE(wait_until(loop, [&] {
      const std::string more = player.read();
      text += (text.empty() || more.empty() ? "" : " ") + more;
      return connections.queued_bytes(player.key.client) == 0;
    }));
    const std::string last = player.read();
    return text + (text.empty() || last.empty() ? "" : " ") + last;
  }
};

}  // namespace

TEST_CASE("who joins in mid-stream begins with the configuration and the last key frame") {
  StreamTest test;
  test.config();
  test.key(0);
  test.inter(40);
  test.key(80);
  test.inter(120);
  Player player = test.player();
  test.add(player);
  test.inter(160);
  CHECK(test.heard(player) == "V0 V80 V120 V160");
}

TEST_CASE("who joins where no key frame is kept waits for one, sound included") {
  StreamTest test;
  test.config();
  test.inter(40);
  Player player = test.player();
  test.add(player);
  test.audio(50);
  test.inter(80);
  test.key(120);
  test.audio(130);
  CHECK(test.heard(player) == "V0 V120 A130");
}

TEST_CASE("sound alone begins anywhere") {
  StreamTest test;
  test.audio(0);
  Player player = test.player();
  test.add(player);
  test.audio(20);
  CHECK(test.heard(player) == "A20");
}

TEST_CASE("every player has it on the message stream that it plays on") {
  StreamTest test;
  Player one = test.player(1);
  Player two = test.player(2);
  test.add(one);
  test.add(two);
  test.key(0);
  CHECK(test.heard(one) == "V0");
  CHECK(test.heard(two) == "V0");
  test.stream.remove_player(one.key);
  test.inter(40);
  CHECK(test.heard(one).empty());
  CHECK(test.heard(two) == "V40");
}

TEST_CASE("a pause ends at a key frame") {
  StreamTest test;
  Player player = test.player();
  test.add(player);
  test.key(0);
  test.stream.pause(player.key, true);
  test.inter(40);
  test.audio(45);
  test.config();  // what later pictures need is not withheld
  test.stream.pause(player.key, false);
  test.inter(80);
  test.key(120);
  CHECK(test.heard(player) == "V0 V0 V120");
}

TEST_CASE("a player may do without sound or picture, and have the picture back at a key frame") {
  StreamTest test;
  Player player = test.player();
  test.add(player);
  test.key(0);
  test.stream.receive(player.key, MediaKind::kVideo, false);
  test.inter(40);
  test.audio(45);
  test.stream.receive(player.key, MediaKind::kVideo, true);
  test.inter(80);
  test.key(120);
  test.stream.receive(player.key, MediaKind::kAudio, false);
  test.audio(125);
  test.inter(160);
  CHECK(test.heard(player) == "V0 A45 V120 V160");
}

TEST_CASE("a player that does not read loses what is between, up to a key frame, others nothing") {
  constexpr std::size_t kQueue = 100'000;
  StreamTest test{kQueue};
  Player slow = test.player();
  Player quick = test.player();
  test.add(slow);
  test.add(quick);
  Bytes large = Av::inter();
  large.resize(20'000);
  test.key(0);
  std::string all = test.heard(quick);
  std::uint32_t ms = 0;
  while (test.connections.queued_bytes(slow.key.client) <= kQueue) {
    REQUIRE(ms < 10'000);  // 250 frames are 5 MB: more than the kernel keeps for a socket
    test.video(ms += 40, large);
    all += " " + test.heard(quick);
  }
  const std::uint32_t dropped = ms + 40;
  test.video(dropped, large);
  test.key(dropped + 40);  // still too much waits
  const std::size_t waiting = test.connections.queued_bytes(slow.key.client);
  CHECK(waiting <= kQueue + large.size() + 1000);
  std::string heard = test.heard(slow);
  CHECK(heard.ends_with(fmt::format(" V{}", ms)));
  test.inter(dropped + 80);
  test.key(dropped + 120);
  test.inter(dropped + 160);
  CHECK(test.heard(slow) == fmt::format("V{} V{}", dropped + 120, dropped + 160));
  all += " " + test.heard(quick);
  CHECK(std::count(all.begin(), all.end(), 'V') == dropped / 40 + 5);
}

TEST_CASE(
    "a player that skips is told once, again the next time, and given up when it stays slow") {
  StreamTest test;
  ingest::StreamOptions options = StreamTest::options(test.dir, 100'000);
  options.player_stall = Millis{0};
  int skips = 0;
  int stuck = 0;
  ingest::Stream stream{
      test.loop,
      test.connections,
      options,
      {.skips = [&](const StreamKey&) { ++skips; }, .stuck = [&](const StreamKey&) { ++stuck; }}};
  REQUIRE(stream.publish_here());
  Player player = test.player();
  stream.add_player(player.key);
  Bytes large = Av::inter();
  large.resize(20'000);
  const auto fill = [&] {
    for (std::uint32_t i = 0; i < 500; ++i) {
      stream.media({1, MediaKind::kVideo, i * 40, i == 0 ? Av::key() : large});
      turn(test.loop);
    }
  };
  fill();
  CHECK(skips == 1);
  CHECK(stuck > 0);
  CHECK(stream.stats().skipped() == static_cast<std::uint64_t>(stuck));
  test.heard(player);
  fill();
  CHECK(skips == 2);
}

TEST_CASE("without a cache of pictures a player begins with the next key frame") {
  StreamTest test;
  ingest::StreamOptions options = StreamTest::options(test.dir, 1 << 20);
  options.gop_cache = false;
  ingest::Stream stream{test.loop, test.connections, options};
  REQUIRE(stream.publish_here());
  const auto video = [&](std::uint32_t ms, const Bytes& body) {
    stream.media({1, MediaKind::kVideo, ms, body});
  };
  video(0, Av::avc_config());
  video(0, Av::key());
  video(40, Av::inter());
  Player player = test.player();
  stream.add_player(player.key);
  video(80, Av::inter());
  video(120, Av::key());
  video(160, Av::inter());
  CHECK(test.heard(player) == "V0 V120 V160");
}

TEST_CASE("a stream counts what it has had") {
  StreamTest test;
  test.config();
  test.key(0);
  test.inter(40);
  test.audio(45);
  const ingest::StreamStats& stats = test.stream.stats();
  CHECK(stats.video_frames() == 2);
  CHECK(stats.audio_frames() == 1);
  CHECK(stats.key_frames() == 1);
  CHECK(stats.bytes() == 13 + 12 + 11 + 4);
  CHECK(stats.last_key());
}

TEST_CASE(
    "R7: data is for the players, at the present time, and publishers' @setDataFrame is not") {
  StreamTest test;
  Player player = test.player();
  test.add(player);
  test.key(40);
  const Bytes data = test::from_hex("02 0001 61");
  test.stream.data(data);
  CHECK(test.heard(player) == "V40 D40:4");
  Bytes meta = to_bytes(as_bytes(std::string_view{"\x02\x00\x0d@setDataFrame", 16}));
  const Bytes rest = test::from_hex("02 000a 6f6e4d65746144617461 05");  // onMetaData
  meta.insert(meta.end(), rest.begin(), rest.end());
  test.stream.media({1, MediaKind::kData, 80, meta});
  Player late = test.player();
  test.add(late);
  CHECK(test.heard(player) == "D80:14");
  CHECK(test.heard(late) == "V40 D80:14");
}

TEST_CASE("after the publisher has gone players stay, and the next one begins anew") {
  StreamTest test;
  Player player = test.player();
  test.add(player);
  test.key(0);
  test.stream.end_source();
  CHECK_FALSE(test.stream.has_source());
  test.inter(40);  // nobody publishes this
  REQUIRE(test.stream.publish_here());
  CHECK(test.stream.is_here());
  test.audio(5);
  CHECK(test.heard(player) == "V0 A20");  // its clock goes on
  Player late = test.player();
  test.add(late);
  test.audio(25);
  CHECK(test.heard(player) == "A40");
  CHECK(test.heard(late) == "A40");
  test.stream.remove_player(late.key);
  CHECK(test.stream.players() == std::vector{player.key});
}

TEST_CASE("what is published elsewhere is fetched, kept for who comes later, and passed on") {
  StreamTest test;
  auto other = media::Publisher::open(test.loop, test.dir.path(""), {});
  REQUIRE(other);
  ingest::Stream stream{test.loop, test.connections, StreamTest::options(test.dir, 1 << 20)};
  REQUIRE(stream.fetch((*other)->endpoint()));
  CHECK(stream.has_source());
  CHECK_FALSE(stream.is_here());
  Player player = test.player();
  stream.add_player(player.key);
  const Bytes key = Av::key();
  const Bytes inter = Av::inter();
  (*other)->publish({flv::TagType::kVideo, 0, key});
  std::string heard;
  const auto hears = [&](std::string_view all) {
    return wait_until(test.loop, [&] {
      const std::string more = player.read();
      heard += (heard.empty() || more.empty() ? "" : " ") + more;
      return heard == all;
    });
  };
  CHECK(hears("V0"));
  (*other)->publish({flv::TagType::kVideo, 40, inter});
  CHECK(hears("V0 V40"));
  Player late = test.player();
  stream.add_player(late.key);
  CHECK(test.heard(late) == "V0 V40");
}
