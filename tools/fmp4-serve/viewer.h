#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fmp4/batch.h"
#include "fmp4/muxer.h"
#include "net/ws_server.h"
#include "piece.h"

namespace so::fmp4serve {

/// How a viewer is spoken to (scopewire-ws(7), VIDEO).
enum class Dialect {
  kRich,   // scopewire.fmp4.v1: JSON beside the video, times of the stream's clock
  kPlain,  // EvoStream's: binary only, times from zero
  kFile,   // the body of a GET: one file that grows, times from zero
  kStill   // the body of a GET: one picture
};

/// What went wrong for viewers, of all streams.
struct Counts {
  std::uint64_t skips = 0;          // a viewer was too slow, and goes on at a key frame
  std::uint64_t lost_metadata = 0;  // events that found no room before a fragment
};

/// Who watches what, and how.
struct Watching {
  std::string stream;
  Dialect dialect = Dialect::kRich;
  std::optional<double> seconds{};  // kFile: it ends after so much
  fmp4::Cut cut{};                  // how much is in a fragment
};

/// One browser watching one stream: what it has got, and what it gets next. A viewer whose queue is
/// full gets nothing until a key frame; then it goes on there, and a rich one is told. A file
/// cannot have another init segment: it ends there.
class Viewer {
 public:
  Viewer(net::WsServer& server, net::ConnId id, Watching watching, Counts& counts)
      : server_(server), id_(id), watching_(std::move(watching)), counts_(counts) {}

  [[nodiscard]] net::ConnId id() const { return id_; }
  [[nodiscard]] bool started() const { return started_; }
  [[nodiscard]] const fmp4::Cut& cut() const { return watching_.cut; }

  /// JSON for rich viewers; others are not told.
  void tell(std::string_view json);
  void metadata(std::string_view rich_json, std::string_view plain_json);

  /// The next fragment of the stream, and the init segment that is valid for it.
  void fragment(const Piece& next, const fmp4::InitSegment& init);
  /// The stream has a new clock or none: wait for a start.
  void wait() { started_ = false; }
  /// It wants nothing until it says so; then it starts anew.
  void pause() { paused_ = true; }
  void resume() {
    paused_ = false;
    wait();
  }
  /// The stream has ended, and may come back: only a file ends with it.
  void offline();
  /// The answer to a ping of EvoStream's players.
  void pong(std::uint64_t utc_seconds);
  /// One picture; null: there is none yet.
  void snapshot(const fmp4::InitSegment* init, const fmp4::Fragment* key);

 private:
  /// Returns whether it is the first, so that who gets it begins.
  bool send_init(const fmp4::InitSegment& init, const Piece& next);
  void send_rich(const Piece& piece, const fmp4::InitSegment& init, const Description* description);
  void send_rebased(const Piece& piece, const fmp4::InitSegment& init,
                    const Description* description);
  void send_still(const Piece& piece, const fmp4::InitSegment& init);
  void send(const net::Frame& frame);
  [[nodiscard]] net::Frame chunk(std::initializer_list<ByteView> head, SharedView tail);
  void end();

  net::WsServer& server_;
  net::ConnId id_;
  Watching watching_;
  Counts& counts_;
  bool started_ = false;
  bool paused_ = false;
  bool ended_ = false;                  // nothing more goes out
  bool in_body_ = false;                // kFile: a chunk was sent
  std::uint32_t init_version_ = 0;      // of the init segment it has; 0: none
  std::optional<double> skipped_from_;  // seconds; it was too slow and waits for a key frame
  std::optional<double> base_;          // the stream's time that is its zero; of a rich one none
  std::uint32_t sequence_ = 0;          // of its fragments; of a rich one the stream's
};

/// Seconds on the stream's clock.
double seconds(const fmp4::Sample& sample, const fmp4::InitSegment& init);

}  // namespace so::fmp4serve
