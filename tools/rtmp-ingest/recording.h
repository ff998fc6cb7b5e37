#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "media/unit.h"

namespace so::ingest {

/// A stream as an FLV file, FOLDER/live/cam.flv for /live/cam. Only whole tags are ever in it, up
/// to the last flush() and the one that the kernel was writing when the machine lost its power;
/// what such a moment left half is cut off when the file is appended to. Its clock begins at 0 and
/// goes on where something is appended.
///
/// Memory: 64 KiB and a tag. Written through the page cache, in the loop.
class Recording {
 public:
  enum class Mode { kReplace, kAppend };

  /// No part of the name leads out of the folder, which must exist: links are not followed. One
  /// process writes a file at a time.
  static Result<std::unique_ptr<Recording>> open(const std::string& folder, std::string_view stream,
                                                 Mode mode);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// After an error (a full disk) the file ends as the flush before has left it, and nothing more
  /// is written.
  Status add(const media::UnitView& unit);
  Status flush();

 private:
  explicit Recording(UniqueFd file) : file_(std::move(file)) {}
  Status begin(Mode mode);
  Status find_end();
  Status write_header();
  [[nodiscard]] std::uint32_t time_in_file(const media::UnitView& unit);

  UniqueFd file_;
  std::uint64_t size_ = 0;              // of whole tags in the file
  Bytes buffer_;                        // whole tags that are not
  std::uint32_t start_ = 0;             // where this part begins
  std::optional<std::uint32_t> first_;  // timestamp of its first frame
  std::optional<Error> failed_;
};

}  // namespace so::ingest
