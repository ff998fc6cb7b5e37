#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "flv/tag.h"
#include "flv/timeline.h"
#include "fmp4/fragment.h"
#include "fmp4/gop.h"
#include "fmp4/input.h"
#include "fmp4/opening.h"
#include "fmp4/sample_clock.h"
#include "fmp4/track.h"

namespace so::fmp4 {

/// To be given to the player before the next fragment.
struct InitSegment {
  std::uint32_t version = 0;  // 1, 2, 3 ...
  bool same_tracks = false;   // false: a SourceBuffer takes it only after changeType()
  std::vector<Track> tracks;
  std::string mime;
  Bytes bytes;

  [[nodiscard]] std::uint32_t timescale_of(TrackId id) const;
  [[nodiscard]] bool has_video() const;
};

/// The publisher's clock was set anew (restart, jump); ours goes on. Video waits for a key frame.
struct Discontinuity {
  std::int64_t media_ms = 0;         // on our clock
  std::uint32_t publisher_time = 0;  // the time stamp that lies there
};

/// Why frames of a track do not come out; once, until it plays again.
struct Notice {
  TrackId track{};
  std::string text;
};

using Event = std::variant<InitSegment, Fragment, Discontinuity, Notice>;

/// Makes one live stream into fragmented MP4, for all its viewers at once: tags in, init segments
/// and fragments of one frame out, each in the turn in which its tag arrives. The media clock
/// starts at 0 with the first frame and neither stops nor jumps; on each track the fragments lie
/// end to end.
///
/// Tracks are decided by frames, not by what is announced. A kind that starts later, or that is not
/// heard for a while, changes the set: another init segment. So does another configuration, at the
/// next frame that can be decoded with it. Video begins at an IDR picture, and again after anything
/// was lost or damaged. Bad input never ends the stream.
class Muxer {
 public:
  struct Options {
    Opening::Options opening{};
    Gop::Limits gop{};
    Millis silence{3000};  // a track not heard for so long would stop the player: it leaves
  };
  Muxer() : Muxer(Options{}) {}
  explicit Muxer(const Options& options);

  /// The events are borrowed until the next call. `owner` keeps the tag's body alive: payloads are
  /// not copied, and a GOP of them is kept. Script tags give no events.
  std::span<const Event> feed(const flv::Tag& tag, const std::shared_ptr<const void>& owner,
                              TimePoint now);

  /// To be called at deadline(), if no tag comes before: a stream that stands at its first picture
  /// is shown all the same. As feed().
  std::span<const Event> tick(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const {
    return opened_ ? std::nullopt : opening_.deadline();
  }

  /// Tags were lost before they got here: no video until the next key frame.
  void lost();
  /// The stream has another publisher now, or the same one again.
  void restart();

  /// For a viewer who comes between two feeds, and after the feed with other tracks for all of
  /// them: this init segment (nullptr: none yet), then this burst, then what feed() gives. Without
  /// a burst the picture begins at the next key frame. Borrowed until the next feed().
  [[nodiscard]] const InitSegment* init() const { return init_ ? &*init_ : nullptr; }
  [[nodiscard]] std::vector<Fragment> burst() const { return gop_.burst(); }
  [[nodiscard]] const Gop& gop() const { return gop_; }

  /// Where metadata with the publisher's time stamp belongs, in ms of the media clock.
  [[nodiscard]] std::optional<std::int64_t> media_time(std::uint32_t timestamp) const;
  /// And back, as the publisher counts now: below 0 before its clock began.
  [[nodiscard]] std::optional<std::int64_t> publisher_time(std::int64_t media_ms) const;

 private:
  struct Lane {
    explicit Lane(TrackId id) : input(id) {}
    Input input;
    std::optional<Track> track;         // as viewers know it; nullopt: they do not
    unsigned version = 0;               // of the input's configuration when `track` was set
    std::optional<std::int64_t> heard;  // ms of the media clock; nullopt: not since it is there
    bool complained = false;

    [[nodiscard]] bool changed() const {
      return version != input.version() && (!track || *track != *input.track());
    }
    void forget_track() {
      track.reset();
      version = 0;
    }
  };

  void take(Frame frame, TimePoint now);
  void open(TimePoint now);
  void put(Frame frame, TimePoint now);
  bool admit(const Frame& frame);
  void enter(TrackId id);
  void leave(TrackId id);
  void leave_if_silent(TrackId id, std::int64_t now_ms);
  void emit_init();
  void emit(Frame frame, std::int64_t ms);
  std::optional<Slot> place(const Frame& frame, std::int64_t ms);
  std::int32_t composition(const Frame& frame, std::int64_t ms, const Slot& slot);
  void complain(TrackId id, const Error& error);
  Lane& lane(TrackId id) { return id == TrackId::kVideo ? video_ : audio_; }

  Options options_;
  Opening opening_;
  bool opened_ = false;
  unsigned changes_ = 0;  // of both configurations, while opening

  Lane video_{TrackId::kVideo};
  Lane audio_{TrackId::kAudio};
  flv::Timeline timeline_;
  VideoClock video_clock_;
  AudioClock audio_clock_;
  bool awaiting_key_ = true;
  bool reorders_ = false;  // presentation times differ from decode times: B-frames
  std::uint32_t sequence_ = 0;
  Gop gop_;

  std::optional<InitSegment> init_;
  bool stale_ = true;  // init_ does not describe the lanes
  std::vector<Event> events_;
};

}  // namespace so::fmp4
