#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>

#include <sys/epoll.h>

#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "net/conn_id.h"
#include "net/loop.h"

namespace so::net {

/// Tells which of many descriptors have something to read, or have ended. They belong to others who
/// have them in the loop already, and libuv takes each only once: so these are in an epoll of
/// their own, and that is in the loop. Of many that speak at once each turn hears some: whatever
/// else the loop has to do is done in between.
class ReadSet {
 public:
  /// Called for each that is ready, every time it is looked at until it has been read or removed;
  /// and, rarely, for one that was ready a turn ago and has been read, removed or closed since.
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
  void tell();

  static constexpr std::size_t kBatch = 256;

  Loop* loop_;
  UniqueFd epoll_;
  Callback callback_;
  Millis rest_;
  TimePoint looked_{};
  std::array<epoll_event, kBatch> events_{};
  std::span<const epoll_event> ready_;  // those of them that were not told yet
  Poll watch_;
  Timer rested_;
};

}  // namespace so::net
