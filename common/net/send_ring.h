#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <sys/socket.h>

#include "net/outbox.h"

struct io_uring;

namespace so::net {

/// Many small writes to sockets with one call of the kernel (io_uring, Linux 6.0): each is one
/// attempt, as by sendmsg(2) with MSG_DONTWAIT, in the order in which they were added. It is opened
/// by the first who needs it: most processes never send to many at once.
class SendRing {
 public:
  static constexpr std::size_t kEntries = 1024;
  static constexpr std::size_t kPieces = 16;  // of one write
  static constexpr std::size_t kWorth = 4;    // writes; fewer are not worth it

  explicit SendRing(bool wanted = true);
  ~SendRing();
  SendRing(const SendRing&) = delete;
  SendRing& operator=(const SendRing&) = delete;

  /// Whether so many writes are worth it, and the kernel lets us: many containers do not. To be
  /// asked before the first add() after each submit().
  [[nodiscard]] bool serves(std::size_t writes);
  /// A write of all that waits there; false: it is in more than kPieces pieces. At most kEntries
  /// writes between two calls of submit(); the bytes stay where they are until then.
  [[nodiscard]] bool add(int socket, const Outbox& waiting);
  /// Does what was added, and says how many bytes of each have left, in that order; where not all
  /// have, sendmsg(2) says why. Borrowed until the next add().
  [[nodiscard]] std::span<const std::size_t> submit();

 private:
  void open();
  void close();
  void prepare(int socket, std::span<const iovec> pieces);

  bool untried_;
  std::unique_ptr<io_uring> ring_;  // null: not opened, refused, or failed
  std::vector<iovec> pieces_;
  std::size_t used_ = 0;  // of them
  std::vector<msghdr> messages_;
  std::vector<std::size_t> sent_;  // as if all goes well
  bool submitted_ = true;          // and it is of the last time
};

}  // namespace so::net
