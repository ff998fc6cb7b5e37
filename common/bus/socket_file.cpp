#include "bus/socket_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace so::bus {
namespace {

constexpr mode_t kDirectoryMode = 0750;
constexpr mode_t kLockMode = 0640;

Status make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (mkdir(directory.c_str(), kDirectoryMode) == 0) return {};
  const int why = errno == EEXIST ? ENOTDIR : errno;
  if (std::filesystem::is_directory(directory, error)) return {};
  return fail(Code::kSystem,
              fmt::format("directory {}: {}", directory.string(), std::strerror(why)));
}

Status check_replaceable(const std::string& path) {
  struct stat there {};
  if (lstat(path.c_str(), &there) != 0 || S_ISSOCK(there.st_mode)) return {};
  return fail(Code::kUsage, fmt::format("{} is there and is not a socket", path));
}

}  // namespace

SocketFile::~SocketFile() {
  if (lock_) unlink(path_.c_str());
}

Result<SocketFile> SocketFile::claim(const std::string& path) {
  if (auto made = make_directory(std::filesystem::path{path}.parent_path()); !made) {
    return fail(made.error());
  }
  if (auto free = check_replaceable(path); !free) return fail(free.error());
  const std::string name = path + ".lock";
  UniqueFd lock{open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kLockMode)};
  if (!lock) return fail(Code::kSystem, fmt::format("{}: {}", name, std::strerror(errno)));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return SocketFile{path, std::move(lock)};
  if (errno == EWOULDBLOCK) return fail(Code::kSystem, "another hub is running there");
  return fail(Code::kSystem, fmt::format("{}: {}", name, std::strerror(errno)));
}

}  // namespace so::bus
