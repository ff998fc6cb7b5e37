#include "net/stdio.h"

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "net/socket.h"

namespace so::net {
namespace {

constexpr std::size_t kReadBytes = 64U << 10U;

bool epoll_takes(int fd) {
  const UniqueFd probe{epoll_create1(EPOLL_CLOEXEC)};
  epoll_event event{};
  return epoll_ctl(probe.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

// Opened once more, pipes and terminals give a description of their own; sockets refuse.
InheritedStream::InheritedStream(int fd, Use use) : can_wait_(epoll_takes(fd)) {
  if (can_wait_) {
    const std::string self = "/proc/self/fd/" + std::to_string(fd);
    const int mode = use == Use::kRead ? O_RDONLY : O_WRONLY;
    fd_ = UniqueFd{open(self.c_str(), mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  }
  if (fd_) return;
  fd_ = UniqueFd{fcntl(fd, F_DUPFD_CLOEXEC, 0)};
  flags_ = fcntl(fd, F_GETFL);
  if (!can_wait_ || (flags_ & O_NONBLOCK) != 0) return;
  original_ = fd;
  fcntl(fd, F_SETFL, flags_ | O_NONBLOCK);
}

bool InheritedStream::is_pipe() const {
  struct stat is {};
  return fstat(fd_.get(), &is) == 0 && S_ISFIFO(is.st_mode);
}

InheritedStream::~InheritedStream() {
  if (original_ >= 0) fcntl(original_, F_SETFL, flags_);
}

Input::Input(Loop& loop, int fd, Handlers handlers)
    : stream_(fd, InheritedStream::Use::kRead),
      handlers_(std::move(handlers)),
      buffer_(kReadBytes),
      next_(loop, [this] { read_some(); }),
      is_pipe_(stream_.is_pipe()),
      known_empty_(!is_pipe_) {
  if (stream_.can_wait()) {
    poll_ = std::make_unique<Poll>(loop, stream_.fd(), [this](Poll::Ready) { next_.request(); });
  }
  wait();
}

void Input::want_bytes(bool wanted) {
  wanted_ = wanted;
  wait();
}

// A named pipe whose last writer was gone before we opened it is never announced as ended: only a
// read finds that out, so a pipe is read until it is empty.
void Input::wait() {
  const bool reading = wanted_ && !ended_;
  if (poll_) poll_->want(reading, false);
  if (reading && (!poll_ || !known_empty_)) next_.request();
}

void Input::read_some() {
  if (!wanted_ || ended_) return;
  const ssize_t got = read(stream_.fd(), buffer_.data(), buffer_.size());
  if (got < 0 && errno != EAGAIN && errno != EINTR) return end(system_error("read the input"));
  if (got == 0) return end({});
  known_empty_ = !is_pipe_ || (got < 0 && errno == EAGAIN);
  if (got > 0 && handlers_.on_bytes) {
    handlers_.on_bytes(ByteView{buffer_}.first(static_cast<std::size_t>(got)));
  }
  wait();
}

void Input::end(const Status& status) {
  ended_ = true;
  wait();
  if (handlers_.on_end) handlers_.on_end(status);
}

Output::Output(Loop& loop, int fd, Handlers handlers, std::size_t queue_bytes)
    : stream_(fd, InheritedStream::Use::kWrite),
      handlers_(std::move(handlers)),
      out_(queue_bytes),
      closed_(loop, [this] {
        if (handlers_.on_closed) handlers_.on_closed(*why_);
      }) {
  if (stream_.can_wait()) {
    poll_ = std::make_unique<Poll>(loop, stream_.fd(), [this](Poll::Ready) { flush(); });
  }
}

Sent Output::write(Bytes record) {
  if (why_) return Sent::kGone;
  if (!out_.push(std::make_shared<const Bytes>(std::move(record)))) return Sent::kFull;
  if (!behind_) flush();
  return why_ ? Sent::kGone : Sent::kQueued;
}

void Output::flush() {
  std::array<iovec, 64> vectors{};
  bool blocked = false;
  while (!out_.empty() && !blocked) {
    const std::span<iovec> filled = out_.gather(vectors);
    const ssize_t taken = writev(stream_.fd(), filled.data(), static_cast<int>(filled.size()));
    if (taken >= 0) {
      out_.consume(static_cast<std::size_t>(taken));
    } else if (errno == EAGAIN) {
      blocked = true;
    } else if (errno != EINTR) {
      const Code code = errno == EPIPE || errno == ECONNRESET ? Code::kUnreachable : Code::kSystem;
      return close({code, "unable to write the output: " + error_text(errno)});
    }
  }
  const bool was_behind = std::exchange(behind_, blocked);
  if (poll_ && was_behind != blocked) poll_->want(false, blocked);
  if (was_behind && !blocked && handlers_.on_drained) handlers_.on_drained();
}

void Output::close(Error why) {
  why_ = std::make_unique<Error>(std::move(why));
  out_.clear();
  if (poll_) poll_->want(false, false);
  closed_.request();
}

}  // namespace so::net
