#include "base/file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.h"

namespace so {
namespace {

constexpr mode_t kOthers = 077;

Error unable(const std::string& file) {
  return {Code::kSystem, fmt::format("unable to read {}: {}", file, std::strerror(errno))};
}

Result<std::string> read_all(const std::string& file, std::size_t most, mode_t never) {
  const UniqueFd in{open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  struct stat facts {};
  if (!in || fstat(in.get(), &facts) != 0) return fail(unable(file));
  if ((facts.st_mode & never) != 0) {
    return fail(Code::kUsage, fmt::format("{} may be read by others: chmod 600 {}", file, file));
  }
  std::string text;
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t got = read(in.get(), piece.data(), piece.size());
    if (got < 0) return fail(unable(file));
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
    if (text.size() > most) {
      return fail(Code::kUsage, fmt::format("{} is over the limit of {} bytes", file, most));
    }
  }
}

}  // namespace

Result<std::string> read_file(const std::string& file, std::size_t most) {
  return read_all(file, most, 0);
}

Result<std::string> read_secret_file(const std::string& file, std::size_t most) {
  return read_all(file, most, kOthers);
}

}  // namespace so
