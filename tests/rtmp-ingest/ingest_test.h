#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "ingest.h"
#include "rtmp_peer.h"
#include "support/hex.h"
#include "support/local_hub.h"
#include "support/temp_dir.h"

namespace so::test {

/// Bodies that a head and a player can tell apart: H.264 pictures and AAC.
struct Av {
  static Bytes avc_config() { return from_hex("17 00 000000 0164000bffe10000"); }
  static Bytes key() { return from_hex("17 01 000000 00000003 658884"); }
  static Bytes inter() { return from_hex("27 01 000000 00000002 419a"); }
  static Bytes audio() { return from_hex("af 01 2110"); }
};

/// The edge on some bus.
struct Edge {
  using Adjust = std::function<void(ingest::IngestOptions&)>;
  Edge(net::Loop& on, bus::Client& hub, const rtmp::ServerOptions& session = {},
       const Adjust& adjust = {})
      : loop(on), ingest(options(dir, session, adjust), on, connections, hub) {}

  TempDir dir;
  net::Loop& loop;
  net::TcpConnections connections{loop};
  ingest::Ingest ingest;

  static ingest::IngestOptions options(const TempDir& dir, const rtmp::ServerOptions& session,
                                       const Adjust& adjust) {
    ingest::IngestOptions options;
    options.session = session;
    options.stream.media_folder = dir.path("");
    if (adjust) adjust(options);
    return options;
  }
  std::unique_ptr<RtmpPeer> peer() { return std::make_unique<RtmpPeer>(loop, connections); }
};

/// The edge, and a hub of its own.
struct IngestTest {
  explicit IngestTest(hub::Options options = {}, std::string claims = {},
                      const Edge::Adjust& adjust = {})
      : hub(std::move(options), std::move(claims)), edge(hub.loop, hub.client, {}, adjust) {
    hub.start();
  }
  explicit IngestTest(const Edge::Adjust& adjust) : IngestTest(hub::Options{}, {}, adjust) {}

  LocalHub hub;
  Edge edge;

  std::unique_ptr<RtmpPeer> peer() { return edge.peer(); }
  std::unique_ptr<RtmpPeer> in(const std::string& app,
                               rtmp::Encoding encoding = rtmp::Encoding::kAmf0) {
    auto peer = edge.peer();
    peer->join(app, encoding);
    return peer;
  }
  /// A publisher of NAME in live.
  std::unique_ptr<RtmpPeer> publisher(std::string_view name) {
    auto peer = in("live");
    peer->publish(name);
    CHECK(peer->next() == "status 1 NetStream.Publish.Start");
    return peer;
  }
  std::unique_ptr<RtmpPeer> player(std::string_view name) {
    auto peer = in("live");
    peer->play(name);
    CHECK(peer->next() == "status 1 NetStream.Play.Reset");
    CHECK(peer->next() == "status 1 NetStream.Play.Start");
    CHECK(peer->next() == "data on 1 at 0, 24 bytes");  // |RtmpSampleAccess
    return peer;
  }
  /// All that it hears of what was said up to now, through the hub too.
  Lines heard(RtmpPeer& peer) {
    Lines lines = peer.all();
    hub.settle();
    for (std::string& line : peer.all()) lines.push_back(std::move(line));
    return lines;
  }
};

}  // namespace so::test
