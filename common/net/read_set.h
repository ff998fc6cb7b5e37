#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/conn_id.h"
#include "net/loop.h"

namespace so::net {

/// Tells which of many descriptors have something to read, or have ended. They belong to others who
/// have them in the loop already, and libuv takes each only once: so these are in an epoll of
/// their own, and that is in the loop.
class ReadSet {
 public:
  /// Called for each that is ready, every turn until it has been read or removed.
  using Callback = std::function<void(ConnId)>;
  static Result<std::unique_ptr<ReadSet>> open(Loop& loop, Callback callback);

  /// Twice is once. The descriptor may be closed without being removed.
  void add(int fd, ConnId id);
  void remove(int fd);

 private:
  ReadSet(Loop& loop, UniqueFd epoll, Callback callback);
  void look();

  UniqueFd epoll_;
  Callback callback_;
  Poll watch_;
};

}  // namespace so::net
