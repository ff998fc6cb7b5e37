#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "flv_file.h"
#include "media/head.h"

namespace so::ingest {

/// What of a recording is wanted, in milliseconds of it.
struct PlayRange {
  std::uint32_t start = 0;
  std::optional<std::uint32_t> duration{};  // nullopt: all
};

/// A recording that one player is sent: each message as it is in the file, when its time has come,
/// a buffer earlier. Where it begins elsewhere than at the start, it begins with a key frame at or
/// before, and with what that needs. A file that is being written is played as far as it goes, and
/// one that is damaged up to there. Where its clock goes back, the next message comes right after
/// the one before.
///
/// Read through the page cache, in the loop: a tag at a time, and to look for a key frame
/// kScanTags headers, or kScanBytes of configurations, at a time.
class Playback {
 public:
  static constexpr int kScanTags = 2000;                              // some milliseconds
  static constexpr std::size_t kScanBytes = std::size_t{4} << 20U;    // as many
  static constexpr std::size_t kLargestNeed = std::size_t{1} << 20U;  // more is no configuration
  static constexpr Millis kBack{1000};  // further back its clock was set anew

  struct Message {
    flv::TagType type{};
    std::uint32_t timestamp = 0;
    Bytes body;
  };

  /// The recording of the stream PATH ("live/cam"). kNotFound: there is none.
  static Result<std::unique_ptr<Playback>> open(const std::string& folder, std::string_view path,
                                                const PlayRange& range);

  /// The next message that is due; nullopt: none is, or it has ended().
  std::optional<Message> next(TimePoint now);
  [[nodiscard]] bool ended() const { return state_ == State::kEnded; }

  void pause(bool paused, TimePoint now);
  /// Goes on at a key frame at or before; again, if it has ended.
  void seek(std::uint32_t position);
  /// So much earlier may messages come than they are to be shown.
  void set_buffer(Millis buffer) { buffer_ = buffer; }

  /// Up to the last tag of the file; 0 where that does not end with a whole one.
  [[nodiscard]] Millis length() const;
  [[nodiscard]] std::uint32_t position() const { return position_; }  // of the last message
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }        // of bodies, so far

 private:
  enum class State { kLooking, kPlaying, kEnded };
  struct Scan {  // for the key frame
    std::uint64_t at = 0;
    std::size_t bytes = 0;  // of configurations, this turn
    std::uint32_t target = 0;
    media::Head head{};  // configurations up to here
    bool video = false;
    std::optional<std::uint64_t> key;  // offset
    std::uint32_t key_time = 0;
    std::vector<media::Unit> needs;  // of the key frame
  };

  Playback(UniqueFd file, const PlayRange& range) : file_(std::move(file)), range_(range) {}
  Status begin();
  struct Place {
    TagPlace tag;
    bool coded = false;  // a picture or sound, whose time stamp says when it is shown
  };
  struct Paced {  // a message that was due then
    TimePoint due;
    std::uint32_t timestamp = 0;
  };

  void scan();
  bool scan_tag();  // false: it is found, or never will be
  void found();
  std::optional<Place> place();
  [[nodiscard]] std::optional<Paced>& pace_of(flv::TagType type) {
    return type == flv::TagType::kVideo ? video_ : audio_;
  }
  TimePoint due(const Place& place, TimePoint now);
  std::optional<Message> end();

  UniqueFd file_;
  PlayRange range_;
  std::uint64_t first_ = kFlvHeader;  // offset of the first tag
  std::uint64_t size_ = 0;
  State state_ = State::kPlaying;
  Scan scan_;
  std::uint64_t at_ = 0;        // offset of the next tag
  std::optional<Place> place_;  // of it, once looked at
  std::deque<Message> needs_;   // before it
  std::optional<Paced> video_;  // the last one that was sent
  std::optional<Paced> audio_;
  std::optional<Paced> newest_;      // of both
  std::optional<TimePoint> paused_;  // since
  Millis buffer_{3000};              // what players ask for who say nothing
  std::uint32_t position_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace so::ingest
