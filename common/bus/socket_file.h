#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"

namespace so::bus {

/// The right to listen on a socket file: an exclusive lock on PATH.lock, kept until it is
/// destroyed, which removes the socket, or until the process dies, however it dies. Whoever holds
/// it may replace a socket that a dead process left at PATH. Makes the directory (mode 0750) if
/// there is none.
class SocketFile {
 public:
  /// Fails if somebody else holds it, or if something that is no socket is at path.
  static Result<SocketFile> claim(const std::string& path);

  SocketFile(SocketFile&&) = default;
  SocketFile& operator=(SocketFile&&) = delete;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile();

 private:
  SocketFile(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;  // none: moved from
};

}  // namespace so::bus
