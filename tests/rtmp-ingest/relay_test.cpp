// What recorded clients have published reaches a player message for message: H.264, HEVC, AV1, VP9,
// AAC, MP3, AC-3, E-AC-3, Opus, FLAC, several tracks, timestamps that begin late and that wrap.
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "rtmp/samples.h"
#include "support/pair.h"

using namespace so;
using test::IngestTest;
using test::Lines;

namespace {

std::string line(const rtmp::Media& media, ByteView body) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const std::uint8_t byte : body) hash = (hash ^ byte) * 1099511628211U;
  return fmt::format("{} at {}, {} bytes {:x}", static_cast<int>(media.kind), media.timestamp,
                     body.size(), hash);
}

ByteView without_prefix(const rtmp::Media& media) {
  constexpr std::string_view kPrefix{"\x02\x00\x0d@setDataFrame", 16};
  return as_text(media.body).starts_with(kPrefix) ? media.body.subspan(kPrefix.size()) : media.body;
}

/// What was in it, by a session alone.
struct Sent {
  std::string stream;
  Lines media;
};
Sent sent_in(ByteView bytes) {
  rtmp::ServerSession session{{}, 1, {}};
  session.receive(bytes, {});
  Sent sent;
  for (auto event = session.next(); event && *event; event = session.next()) {
    test::accept(session, **event);
    if (const auto* request = std::get_if<rtmp::PublishRequest>(&**event))
      sent.stream = request->path.path;
    if (const auto* media = std::get_if<rtmp::Media>(&**event))
      sent.media.push_back(line(*media, without_prefix(*media)));
  }
  return sent;
}

}  // namespace

TEST_CASE("what recorded clients publish reaches a player message for message") {
  IngestTest test{[](auto& options) { options.play_wait = Millis{60'000}; }};
  std::size_t streams = 0;
  for (const test::Sample& sample : test::kSamples) {
    CAPTURE(sample.name);
    const Bytes bytes = test::load(sample);
    const Sent sent = sent_in(bytes);
    if (sent.stream.empty()) continue;  // it plays
    ++streams;
    const std::size_t slash = sent.stream.find('/');
    const auto player = test.in(sent.stream.substr(0, slash));
    Lines heard;
    player->media = [&](const rtmp::Media& media) {
      if (media.body.size() != 24 || media.kind != rtmp::MediaKind::kData)  // |RtmpSampleAccess
        heard.push_back(line(media, media.body));
    };
    player->play(sent.stream.substr(slash + 1));
    CHECK(player->next() == "status 1 NetStream.Play.Reset");
    auto [near, far] = test::socket_pair();
    test.edge.connections.adopt(std::move(far), {std::string{sample.name}, 0});
    net::TcpConnections ours{test.hub.loop};
    ours.send(ours.adopt(std::move(near), {"near", 0}), bytes);
    CHECK(wait_until(test.hub.loop, [&] { return heard.size() == sent.media.size(); }));
    CHECK(heard == sent.media);
  }
  CHECK(streams == 20);
}
