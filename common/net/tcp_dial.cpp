#include "net/tcp_dial.h"

#include <algorithm>
#include <cerrno>

#include <sys/socket.h>

#include <fmt/format.h>

#include "net/socket.h"

namespace so::net {

TcpDial::TcpDial(Loop& loop, Address address, Millis timeout, OnDone on_done)
    : loop_(&loop),
      address_(std::move(address)),
      on_done_(std::move(on_done)),
      start_(loop, [this] { try_next(); }),
      timer_(loop, [this, timeout] {
        done(unreachable(fmt::format("no answer in {} ms", timeout.count())));
      }) {
  auto all = resolve_all(address_);
  if (all) {
    left_ = std::move(*all);
    std::reverse(left_.begin(), left_.end());
  } else {
    why_ = all.error().text;
  }
  start_.request();
  timer_.start(timeout);
}

void TcpDial::try_next() {
  poll_.reset();
  socket_ = UniqueFd{};
  while (!left_.empty()) {
    const SocketAddress to = left_.back();
    left_.pop_back();
    socket_ = UniqueFd{socket(to.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (socket_ && (connect(socket_.get(), to.get(), to.size) == 0 || errno == EINPROGRESS)) {
      poll_ = std::make_unique<Poll>(*loop_, socket_.get(), [this](Poll::Ready) { on_writable(); });
      return poll_->want(false, true);
    }
    why_ = error_text(errno);
  }
  done(unreachable(why_));
}

void TcpDial::on_writable() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    why_ = error_text(error);
    return try_next();
  }
  tune(socket_.get());
  poll_.reset();
  done(std::move(socket_));
}

void TcpDial::done(Result<UniqueFd> result) {
  timer_.stop();
  poll_.reset();
  const auto callback = std::move(on_done_);  // it may destroy us
  callback(std::move(result));
}

tl::unexpected<Error> TcpDial::unreachable(std::string_view why) const {
  return fail(Code::kUnreachable,
              fmt::format("unable to connect to {}: {}", to_string(address_), why));
}

}  // namespace so::net
