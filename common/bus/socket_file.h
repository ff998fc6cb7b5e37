#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace so::bus {

/// The right to listen on a socket file: an exclusive lock on PATH.lock, kept until it is destroyed or the
/// process dies, however it dies. Whoever holds it may replace a socket that a dead process left at PATH.
/// Makes the directory (mode 0750) if there is none.
class SocketFile {
 public:
  /// Fails with kRefused if somebody else holds it, with kUsage if something that is no socket is at path.
  static Result<SocketFile> claim(const std::string& path);

 private:
  explicit SocketFile(UniqueFd lock) : lock_(std::move(lock)) {}
  UniqueFd lock_;
};

}  // namespace so::bus
