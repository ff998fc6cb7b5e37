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
/// before, and with what that needs. A file that is being written is played as far as it goes.
///
/// Read through the page cache, in the loop: a tag at a time, and to look for a key frame
/// kScanTags headers at a time.
class Playback {
 public:
  static constexpr int kScanTags = 2000;  // some milliseconds

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

  [[nodiscard]] std::uint32_t position() const { return position_; }  // of the last message
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }        // of bodies, so far

 private:
  enum class State { kLooking, kPlaying, kEnded };
  struct Scan {  // for the key frame
    std::uint64_t at = 0;
    std::uint32_t target = 0;
    media::Head head{};  // configurations up to here
    bool video = false;
    std::optional<std::uint64_t> key;  // offset
    std::uint32_t key_time = 0;
    std::vector<media::Unit> needs;  // of the key frame
  };

  Playback(UniqueFd file, const PlayRange& range) : file_(std::move(file)), range_(range) {}
  Status begin();
  void scan();
  bool scan_tag();  // false: it is found, or never will be
  void found();
  std::optional<TagPlace> place();

  UniqueFd file_;
  PlayRange range_;
  std::uint64_t first_ = kFlvHeader;  // offset of the first tag
  std::uint64_t size_ = 0;
  State state_ = State::kPlaying;
  Scan scan_;
  std::uint64_t at_ = 0;            // offset of the next tag
  std::optional<TagPlace> place_;   // of it, once looked at
  std::deque<Message> needs_;       // before it
  std::optional<TimePoint> began_;  // when the message of time base_ was due
  std::uint32_t base_ = 0;
  std::optional<TimePoint> paused_;  // since
  Millis buffer_{3000};              // what players ask for who say nothing
  std::uint32_t position_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace so::ingest
