#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "net/loop.h"
#include "net/outbox.h"
#include "net/sent.h"
#include "net/turn_end.h"

namespace so::net {

/// A stream that the process was born with, as a descriptor of our own: non-blocking, without the
/// shell and the neighbours, who share the original, being made non-blocking too.
class InheritedStream {
 public:
  enum class Use { kRead, kWrite };
  InheritedStream(int fd, Use use);
  ~InheritedStream();
  InheritedStream(const InheritedStream&) = delete;
  InheritedStream& operator=(const InheritedStream&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Pipes, terminals and sockets. Files and /dev/null are always ready, and cannot be waited for.
  [[nodiscard]] bool can_wait() const { return can_wait_; }
  /// With a name or without.
  [[nodiscard]] bool is_pipe() const;

 private:
  UniqueFd fd_;
  int original_ = -1;  // a socket, which can only be shared: its flags are put back
  int flags_ = 0;
  bool can_wait_;
};

/// Reads standard input, or any inherited descriptor: pipe, file, terminal, socket. At most 64 KiB
/// a turn, so that a large file does not hold the loop.
class Input {
 public:
  struct Handlers {
    std::function<void(ByteView)> on_bytes{};     // borrowed for the call
    std::function<void(const Status&)> on_end{};  // once, last: the end, or why it cannot be read
  };
  Input(Loop& loop, int fd, Handlers handlers);

  /// Whether to read: the tool stops it while it cannot pass on what comes in.
  void want_bytes(bool wanted);

 private:
  void read_some();
  void wait();
  void end(const Status& status);

  InheritedStream stream_;
  Handlers handlers_;
  Bytes buffer_;
  std::unique_ptr<Poll> poll_;  // null: always ready
  TurnEnd next_;
  bool is_pipe_;
  bool known_empty_;  // what comes from now on is announced
  bool wanted_ = true;
  bool ended_ = false;
};

/// Writes standard output. Every record leaves at once as far as the reader takes it; the rest
/// waits in a queue with a bound.
class Output {
 public:
  struct Handlers {
    std::function<void()> on_drained{};  // the reader was behind and has taken everything
    /// Once: nobody reads any more (kUnreachable: `| head` is no failure), or the disk is full.
    std::function<void(const Error&)> on_closed{};
  };
  Output(Loop& loop, int fd, Handlers handlers, std::size_t queue_bytes = 4U << 20U);

  /// One record, which is never torn: kFull has queued nothing, kGone: nobody reads any more.
  Sent write(Bytes record);

  [[nodiscard]] std::size_t queued_bytes() const { return out_.bytes(); }

 private:
  void flush();
  void close(Error why);

  InheritedStream stream_;
  Handlers handlers_;
  Outbox out_;
  std::unique_ptr<Poll> poll_;
  TurnEnd closed_;
  std::unique_ptr<Error> why_;  // why it is closed
  bool behind_ = false;
};

}  // namespace so::net
