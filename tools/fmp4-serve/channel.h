#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fmp4/batch.h"
#include "fmp4/muxer.h"
#include "media/zmq_subscriber.h"
#include "net/loop.h"
#include "net/ws_server.h"
#include "stream_data.h"
#include "viewer.h"

namespace so::fmp4serve {

/// One stream that somebody watches: fetched once, muxed once, cut once in each way that is wanted,
/// framed once, sent to all its viewers. It outlives its publisher: viewers stay, and go on when
/// the stream comes back.
class Channel {
 public:
  /// `counts` outlives it.
  Channel(net::Loop& loop, net::WsServer& server, std::string stream, Counts& counts);

  void add(net::ConnId id, const Watching& watching);
  void remove(net::ConnId id);
  [[nodiscard]] std::size_t viewers() const { return viewers_.size(); }

  /// Where the stream is published from now on.
  void online(const std::string& endpoint);
  void offline();

  /// What a viewer asks for; nothing happens if it is none of ours.
  void to_live(net::ConnId id);  // with the picture that is newest
  void pause(net::ConnId id);
  void snapshot(net::ConnId id);
  void pong(net::ConnId id, std::uint64_t utc_seconds);

  /// Metadata of the stream, JSON. What has the publisher's time lies there, all else belongs to
  /// the present moment.
  void metadata(std::optional<double> timestamp, std::string_view data);

 private:
  /// The viewers who want it cut in one way, other than by frames.
  struct Group {
    fmp4::Batches batches;
    Bytes events{};                     // for the next batch
    std::unique_ptr<net::Timer> timer;  // until what waits goes out, if nothing more comes
    bool timed = false;
  };

  void fetch();
  void unit(const media::UnitView& unit, bool skipped);
  void take(std::span<const fmp4::Event> events);
  void on(const fmp4::InitSegment& init);
  void on(const fmp4::Fragment& fragment);
  void on(const fmp4::Discontinuity& jump);
  void on(const fmp4::Notice& notice);
  void describe(Description description);
  void begin(const fmp4::Cut& cut, std::span<Viewer* const> viewers);
  void begin_all();
  void flush();
  void flush(const fmp4::Cut& cut, Group& group);
  void time(const fmp4::Cut& cut, Group& group);
  Group& group(const fmp4::Cut& cut);
  void give(const Piece& piece, const fmp4::Cut& cut);
  void give(const fmp4::Batch& batch, const fmp4::Cut& cut, Group& group);
  void tell_all(std::string_view json);
  bool add_events(const fmp4::EventMessage& message);
  [[nodiscard]] std::uint64_t now_ms() const;
  [[nodiscard]] std::optional<std::int64_t> publisher_time(const fmp4::Sample& sample) const;
  [[nodiscard]] Piece piece(const fmp4::Fragment& fragment, ByteView events) const;
  [[nodiscard]] Piece piece(const fmp4::Batch& batch, ByteView header, ByteView events) const;

  net::Loop& loop_;
  net::WsServer& server_;
  std::string stream_;
  Counts& counts_;
  std::string endpoint_;  // empty: not live
  std::unique_ptr<media::Subscriber> subscriber_;
  net::Timer again_;  // to fetch it, when that did not work
  fmp4::Muxer muxer_;
  net::Timer opening_;                     // of a stream that stands at its first picture
  std::optional<fmp4::InitSegment> init_;  // of what was given last
  bool muxed_before_ = false;              // a publisher that comes now is another one
  bool anew_ = false;  // other tracks: all viewers begin again when the feed is done
  double time_ = 0;    // seconds: where the latest fragment lies
  Bytes events_;       // for the next frame
  std::uint32_t event_id_ = 0;
  std::optional<Description> description_;
  std::unordered_map<net::ConnId, Viewer> viewers_;
  std::map<fmp4::Cut, Group> groups_;
};

}  // namespace so::fmp4serve
