#include "playback.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/cursor.h"
#include "net/socket.h"

namespace so::ingest {
namespace {

constexpr std::size_t kBeginning = 64;  // of a body: it tells what the body is

bool is_coded(flv::TagType type, std::uint8_t flags) {
  return type != flv::TagType::kScript && (flags & media::flag::kRetained) == 0;
}

}  // namespace

Result<std::unique_ptr<Playback>> Playback::open(const std::string& folder, std::string_view path,
                                                 const PlayRange& range) {
  const auto at = enter_folder(folder, path, false);
  if (!at) return fail(at.error());
  const std::string name = recording_name(path);
  UniqueFd file{openat(at->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file) {
    return fail(errno == ENOENT ? Code::kNotFound : Code::kSystem,
                fmt::format("{}: {}", name, net::error_text(errno)));
  }
  std::unique_ptr<Playback> playback{new Playback{std::move(file), range}};
  if (auto begun = playback->begin(); !begun) return fail(begun.error());
  return playback;
}

Status Playback::begin() {
  // "FLV" version:8 flags:8 size:32, a back-pointer, and the first tag.
  struct stat status {};
  std::array<std::uint8_t, 9> header{};
  const bool regular = fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
  if (!regular || pread(file_.get(), header.data(), header.size(), 0) != ssize_t{header.size()} ||
      as_text(header).substr(0, 3) != "FLV") {
    return fail(Code::kSystem, "the recording is no FLV file");
  }
  const std::uint32_t header_bytes = Cursor{ByteView{header}.subspan(5)}.u32();
  if (header_bytes < header.size()) return fail(Code::kSystem, "the recording is no FLV file");
  first_ = std::uint64_t{header_bytes} + 4;
  size_ = static_cast<std::uint64_t>(status.st_size);
  at_ = first_;
  if (range_.start > 0) seek(range_.start);
  return {};
}

Millis Playback::length() const {
  const auto last = last_tag(file_.get(), size_);
  return Millis{last ? last->timestamp : 0};
}

void Playback::seek(std::uint32_t position) {
  needs_.clear();
  place_.reset();
  video_.reset();
  audio_.reset();
  newest_.reset();
  scan_ = Scan{};
  scan_.head = media::Head{{.frames = false}};
  scan_.at = first_;
  scan_.target = position;
  state_ = State::kLooking;
}

void Playback::scan() {
  scan_.bytes = 0;
  for (int i = 0; i < kScanTags && scan_.bytes < kScanBytes; ++i) {
    if (!scan_tag()) return found();
  }
}

bool Playback::scan_tag() {
  const auto tag = tag_at(file_.get(), scan_.at, size_);
  if (!tag) return false;
  const Bytes beginning = read_body(file_.get(), *tag, kBeginning);
  const std::uint8_t flags = media::flags_of({tag->type, tag->timestamp, beginning});
  const bool coded = is_coded(tag->type, flags);
  if (coded && tag->timestamp > scan_.target) return false;
  if ((flags & media::flag::kRetained) != 0 && tag->bytes <= kLargestNeed) {
    scan_.bytes += tag->bytes;
    auto body = std::make_shared<const Bytes>(read_body(file_.get(), *tag, tag->bytes));
    scan_.head.add({1, flags, tag->type, tag->timestamp, std::move(body)});
  }
  // Where there are pictures, one of those has to be the first.
  scan_.video |= coded && tag->type == flv::TagType::kVideo;
  const bool key = (flags & media::flag::kKey) != 0 || (coded && !scan_.video);
  if (key) {
    scan_.key = scan_.at;
    scan_.key_time = tag->timestamp;
    scan_.needs = scan_.head.units();
  }
  scan_.at = tag->next();
  return true;
}

void Playback::found() {
  state_ = State::kPlaying;
  at_ = scan_.key.value_or(first_);
  if (!scan_.key) return;
  for (const media::Unit& unit : scan_.needs)
    needs_.push_back({unit.type, scan_.key_time, *unit.body});
  scan_ = Scan{};
}

// A file that is being written has grown.
std::optional<Playback::Place> Playback::place() {
  if (place_) return place_;
  auto tag = tag_at(file_.get(), at_, size_);
  if (!tag) {
    size_ = file_size(file_.get());
    tag = tag_at(file_.get(), at_, size_);
  }
  if (!tag) return std::nullopt;
  const Bytes beginning = read_body(file_.get(), *tag, kBeginning);
  const std::uint8_t flags = media::flags_of({tag->type, tag->timestamp, beginning});
  place_ = Place{*tag, is_coded(tag->type, flags)};
  return place_;
}

// After the one before on its own track, by as much as their time stamps differ. What is not coded
// has any time stamp, often 0.
TimePoint Playback::due(const Place& place, TimePoint now) {
  const auto& own = pace_of(place.tag.type);
  const auto& before = place.coded && own ? own : newest_;
  if (!before) return now;
  const Millis step{std::int64_t{place.tag.timestamp} - before->timestamp};
  return step < -kBack ? before->due : before->due + step;
}

std::optional<Playback::Message> Playback::end() {
  state_ = State::kEnded;
  return std::nullopt;
}

std::optional<Playback::Message> Playback::next(TimePoint now) {
  if (state_ == State::kLooking) scan();
  if (state_ != State::kPlaying || paused_) return std::nullopt;
  if (!needs_.empty()) {
    Message message = std::move(needs_.front());
    needs_.pop_front();
    return message;
  }
  const auto at = place();
  if (!at) return end();
  const TagPlace& tag = at->tag;
  const bool over = range_.duration && tag.timestamp >= range_.start &&
                    tag.timestamp - range_.start > *range_.duration;
  if (over) return end();
  const TimePoint due_at = due(*at, now);
  if (due_at - buffer_ > now) return std::nullopt;
  Message message{tag.type, tag.timestamp, read_body(file_.get(), tag, tag.bytes)};
  if (message.body.size() < tag.bytes) return end();  // somebody has cut it off
  if (at->coded) pace_of(tag.type) = newest_ = Paced{due_at, tag.timestamp};
  at_ = tag.next();
  place_.reset();
  position_ = tag.timestamp;
  bytes_ += message.body.size();
  return message;
}

void Playback::pause(bool paused, TimePoint now) {
  if (paused == paused_.has_value()) return;
  if (!paused) {
    for (auto* const paced : {&video_, &audio_, &newest_}) {
      if (*paced) (*paced)->due += now - *paused_;
    }
  }
  paused_ = paused ? std::optional{now} : std::nullopt;
}

}  // namespace so::ingest
