#include "recording.h"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "flv/tag.h"
#include "flv_file.h"
#include "net/socket.h"

namespace so::ingest {
namespace {

constexpr std::size_t kBuffer = 64U << 10U;
constexpr std::uint32_t kStepMs = 20;  // from the end of a file to what is appended

tl::unexpected<Error> system_failure(std::string_view what) {
  return fail(Code::kSystem, fmt::format("{}: {}", what, net::error_text(errno)));
}

}  // namespace

Result<std::unique_ptr<Recording>> Recording::open(const std::string& folder,
                                                   std::string_view stream, Mode mode) {
  const std::string path{stream.substr(1)};
  auto at = enter_folder(folder, path, true);
  if (!at) return fail(at.error());
  const std::string name = recording_name(path);
  UniqueFd file{openat(at->get(), name.c_str(),
                       O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640)};
  if (!file) return system_failure(name);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) return system_failure(name);
  std::unique_ptr<Recording> recording{new Recording{std::move(file)}};
  if (auto begun = recording->begin(mode); !begun) return fail(begun.error());
  return recording;
}

Recording::~Recording() {
  const Status ignored = flush();  // whoever wants to know has called it
  static_cast<void>(ignored);
}

Status Recording::begin(Mode mode) {
  struct stat status {};
  if (fstat(file_.get(), &status) != 0) return system_failure("recording");
  if (!S_ISREG(status.st_mode)) return fail(Code::kSystem, "recording: it is no file");
  if (mode == Mode::kAppend && status.st_size >= static_cast<off_t>(kFlvHeader)) return find_end();
  if (ftruncate(file_.get(), 0) != 0) return system_failure("recording");
  return write_header();
}

Status Recording::write_header() {
  Writer out{buffer_};
  flv::write_file_header(true, true, out);
  return flush();
}

// Looks from the start only when the end was cut off.
Status Recording::find_end() {
  const std::uint64_t size = file_size(file_.get());
  std::array<char, 3> signature{};
  if (pread(file_.get(), signature.data(), 3, 0) != 3 ||
      std::string_view{signature.data(), 3} != "FLV") {
    return fail(Code::kSystem, "recording: what is there is no FLV");
  }
  auto last = last_tag(file_.get(), size);
  for (std::uint64_t at = kFlvHeader; !last || last->next() < size;) {
    const auto tag = tag_at(file_.get(), at, size);
    if (!tag) break;
    last = tag;
    at = tag->next();
  }
  size_ = last ? last->next() : kFlvHeader;
  if (last) start_ = last->timestamp + kStepMs;
  if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return system_failure("recording");
  return {};
}

Status Recording::add(const media::UnitView& unit) {
  if (failed_) return fail(*failed_);
  Writer out{buffer_};
  flv::write_tag({unit.type, time_in_file(unit), unit.body}, out);
  return buffer_.size() < kBuffer ? Status{} : flush();
}

// Configurations and metadata often carry 0, whatever the time of the frames is.
std::uint32_t Recording::time_in_file(const media::UnitView& unit) {
  const bool coded = unit.type != flv::TagType::kScript && !unit.has(media::flag::kRetained);
  if (!first_ && coded) first_ = unit.timestamp;
  if (!first_) return start_;
  const auto passed = static_cast<std::int32_t>(unit.timestamp - *first_);
  const std::int64_t time = std::int64_t{start_} + passed;
  return passed > 0 || (coded && time >= 0) ? static_cast<std::uint32_t>(time) : start_;
}

Status Recording::flush() {
  if (failed_) return fail(*failed_);
  std::size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t got = pwrite(file_.get(), buffer_.data() + written, buffer_.size() - written,
                               static_cast<off_t>(size_ + written));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      failed_ = system_failure("recording").value();
      if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) failed_->text += ", half a tag";
      return fail(*failed_);
    }
    written += static_cast<std::size_t>(got);
  }
  size_ += buffer_.size();
  buffer_.clear();
  return {};
}

}  // namespace so::ingest
