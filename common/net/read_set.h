#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "net/conn_id.h"
#include "net/loop.h"

namespace so::net {

/// Tells which of many descriptors have something to read, or have ended. They belong to others who
/// have them in the loop already, and libuv takes each only once: so these are in an epoll of
/// their own, and that is in the loop.
class ReadSet {
 public:
  /// Called for each that is ready, every time it is looked at until it has been read or removed.
  using Callback = std::function<void(ConnId)>;
  /// Looked at in every turn; or, where that would be more often, once in `rest`: what comes at
  /// many of them in that time costs one turn.
  static Result<std::unique_ptr<ReadSet>> open(Loop& loop, Callback callback,
                                               Millis rest = Millis{0});

  /// Twice is once. The descriptor may be closed without being removed.
  void add(int fd, ConnId id);
  void remove(int fd);

 private:
  ReadSet(Loop& loop, UniqueFd epoll, Callback callback, Millis rest);
  void look(bool often);

  Loop* loop_;
  UniqueFd epoll_;
  Callback callback_;
  Millis rest_;
  TimePoint looked_{};
  Poll watch_;
  Timer rested_;
};

}  // namespace so::net
