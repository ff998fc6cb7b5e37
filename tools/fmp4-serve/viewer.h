#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fmp4/fragment.h"
#include "fmp4/muxer.h"
#include "net/ws_server.h"

namespace so::fmp4serve {

/// How a viewer is spoken to (scopewire-ws(7), VIDEO).
enum class Dialect {
  kRich,  // scopewire.fmp4.v1: JSON beside the video, times of the stream's clock
  kPlain  // EvoStream's: binary only, times from zero
};

/// One fragment, framed once for all rich viewers.
struct SharedFragment {
  const fmp4::Fragment& fragment;
  net::Frame frame;  // with the event messages that lie before it
};

/// One browser watching one stream: what it has got, and what it gets next. A viewer whose queue is
/// full gets nothing until a key frame; then it goes on there, and a rich one is told.
class Viewer {
 public:
  Viewer(net::WsServer& server, net::ConnId id, Dialect dialect, std::string stream)
      : server_(server), id_(id), dialect_(dialect), stream_(std::move(stream)) {}

  [[nodiscard]] net::ConnId id() const { return id_; }
  [[nodiscard]] bool started() const { return started_; }

  /// JSON for rich viewers; others are not told.
  void tell(std::string_view json);
  void metadata(std::string_view rich_json, std::string_view plain_json);

  /// The next fragment of the stream, and the init segment that is valid for it.
  void fragment(const SharedFragment& next, const fmp4::InitSegment& init);
  /// The stream has a new clock or none: wait for a start.
  void wait() { started_ = false; }

 private:
  void send_init(const fmp4::InitSegment& init, double start);
  void send_plain(const fmp4::Fragment& fragment, const fmp4::InitSegment& init);
  void send(const net::Frame& frame);

  net::WsServer& server_;
  net::ConnId id_;
  Dialect dialect_;
  std::string stream_;
  bool started_ = false;
  std::uint32_t init_version_ = 0;      // of the init segment it has; 0: none
  std::optional<double> skipped_from_;  // seconds; it was too slow and waits for a key frame
  std::optional<double> base_;          // plain: the stream's time that is its zero
  std::uint32_t sequence_ = 0;          // plain: of its fragments
};

/// Seconds on the stream's clock.
double seconds(const fmp4::Sample& sample, const fmp4::InitSegment& init);

}  // namespace so::fmp4serve
