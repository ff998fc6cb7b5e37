#include "flv_file.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/cursor.h"
#include "net/socket.h"

namespace so::ingest {
namespace {

constexpr std::size_t kTagHeader = 11;

tl::unexpected<Error> system_failure(std::string_view what) {
  const Code code = errno == ENOENT || errno == ENOTDIR ? Code::kNotFound : Code::kSystem;
  return fail(code, fmt::format("{}: {}", what, net::error_text(errno)));
}

}  // namespace

std::optional<TagPlace> tag_at(int file, std::uint64_t offset, std::uint64_t size) {
  std::array<std::uint8_t, kTagHeader> bytes{};
  const ssize_t got = pread(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (got != static_cast<ssize_t>(bytes.size())) return std::nullopt;
  Cursor in{bytes};
  TagPlace tag;
  tag.type = static_cast<flv::TagType>(in.u8());
  tag.bytes = in.u24();
  const std::uint32_t low = in.u24();
  tag.timestamp = std::uint32_t{in.u8()} << 24U | low;
  tag.body = offset + kTagHeader;
  const bool known = tag.type == flv::TagType::kAudio || tag.type == flv::TagType::kVideo ||
                     tag.type == flv::TagType::kScript;
  return known && tag.next() <= size ? std::optional{tag} : std::nullopt;
}

std::optional<TagPlace> last_tag(int file, std::uint64_t size) {
  constexpr std::size_t kPointer = 4;
  std::array<std::uint8_t, kPointer> bytes{};
  if (size < kFlvHeader + kTagHeader + kPointer) return std::nullopt;
  const std::uint64_t end = size - kPointer;
  if (pread(file, bytes.data(), bytes.size(), static_cast<off_t>(end)) != ssize_t{kPointer})
    return std::nullopt;
  const std::uint64_t back = Cursor{bytes}.u32();
  if (back < kTagHeader || end < kFlvHeader + back) return std::nullopt;
  const auto tag = tag_at(file, end - back, size);
  return tag && tag->next() == size ? tag : std::nullopt;
}

Bytes read_body(int file, const TagPlace& tag, std::size_t most) {
  Bytes body(std::min<std::size_t>(tag.bytes, most));
  const ssize_t got = pread(file, body.data(), body.size(), static_cast<off_t>(tag.body));
  body.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return body;
}

std::uint64_t file_size(int file) {
  struct stat status {};
  return fstat(file, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

Result<UniqueFd> enter_folder(const std::string& folder, std::string_view path, bool make) {
  UniqueFd at{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!at) return system_failure(folder);
  while (true) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return at;
    const std::string name{path.substr(0, slash)};
    path.remove_prefix(slash + 1);
    if (make && mkdirat(at.get(), name.c_str(), 0750) != 0 && errno != EEXIST)
      return system_failure(name);
    at = UniqueFd{openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!at) return system_failure(name);
  }
}

std::string recording_name(std::string_view path) {
  return std::string{path.substr(path.rfind('/') + 1)} + ".flv";
}

}  // namespace so::ingest
