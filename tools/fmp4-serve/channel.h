#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fmp4/muxer.h"
#include "media/zmq_subscriber.h"
#include "net/loop.h"
#include "net/ws_server.h"
#include "viewer.h"

namespace so::fmp4serve {

/// One stream that somebody watches: fetched once, muxed once, framed once, sent to all its
/// viewers. It outlives its publisher: viewers stay, and go on when the stream comes back.
class Channel {
 public:
  Channel(net::Loop& loop, net::WsServer& server, std::string stream);

  void add(net::ConnId id, const Watching& watching);
  void remove(net::ConnId id) { viewers_.erase(id); }
  [[nodiscard]] std::size_t viewers() const { return viewers_.size(); }

  /// Where the stream is published from now on.
  void online(const std::string& endpoint);
  void offline();

  /// What a viewer asks for; nothing happens if it is none of ours.
  void to_live(net::ConnId id);  // with the picture that is newest
  void pause(net::ConnId id);
  void snapshot(net::ConnId id);
  void pong(net::ConnId id, std::uint64_t utc_seconds);

  /// Metadata pushed to the stream, JSON; it belongs to the present moment.
  void metadata(std::optional<double> timestamp, std::string_view data);

 private:
  void unit(const media::UnitView& unit, bool skipped);
  void on(const fmp4::InitSegment& init);
  void on(const fmp4::Fragment& fragment);
  void on(const fmp4::Discontinuity& jump);
  void on(const fmp4::Notice& notice);
  void begin(std::span<Viewer* const> viewers);
  void begin_all();
  void tell_all(std::string_view json);
  [[nodiscard]] net::Frame shared_frame(const fmp4::Fragment& fragment);

  net::Loop& loop_;
  net::WsServer& server_;
  std::string stream_;
  std::string endpoint_;  // empty: not live
  std::unique_ptr<media::Subscriber> subscriber_;
  fmp4::Muxer muxer_;
  bool muxed_before_ = false;  // a publisher that comes now is another one
  bool anew_ = false;          // other tracks: all viewers begin again when the feed is done
  double time_ = 0;            // seconds: where the latest fragment lies
  Bytes event_messages_;       // for the next fragment
  std::uint32_t event_id_ = 0;
  std::unordered_map<net::ConnId, Viewer> viewers_;
};

}  // namespace so::fmp4serve
