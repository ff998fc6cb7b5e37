#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "flv/tag.h"

namespace so::ingest {

// Tags of an FLV file by their place in it, and the files of a folder of recordings.

constexpr std::uint64_t kFlvHeader = 13;  // of the file, with the first back-pointer

/// What is known of a tag without its body.
struct TagPlace {
  flv::TagType type{};
  std::uint32_t timestamp = 0;
  std::uint64_t body = 0;                                                // offset
  std::uint32_t bytes = 0;                                               // of the body
  [[nodiscard]] std::uint64_t next() const { return body + bytes + 4; }  // offset behind it
};

/// The tag at this offset, if all of it is in the file, which is `size` long.
std::optional<TagPlace> tag_at(int file, std::uint64_t offset, std::uint64_t size);
/// The last one, by the back-pointer at the end of a file that was not cut off.
std::optional<TagPlace> last_tag(int file, std::uint64_t size);
/// Its body, or the beginning of it; short if the file is.
Bytes read_body(int file, const TagPlace& tag, std::size_t most);

std::uint64_t file_size(int file);  // 0 when it cannot be told

/// The folder in which the recording of the stream PATH ("live/cam") is: no part of it leads out of
/// `folder`, links are not followed. `make`: the folders that are missing.
Result<UniqueFd> enter_folder(const std::string& folder, std::string_view path, bool make);
/// "cam.flv" of "live/cam".
std::string recording_name(std::string_view path);

}  // namespace so::ingest
