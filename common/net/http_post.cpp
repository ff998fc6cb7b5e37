#include "net/http_post.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include <fmt/format.h>

namespace so::net {
namespace {
constexpr Millis kDial{60'000};  // the owner gives up before
}

std::string json_post(const Url& url, std::string_view body) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: scopewire\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
      url.target, to_string(url.address), body.size(), body);
}

HttpPost::HttpPost(Loop& loop, const Address& to, std::string request, OnDone on_done)
    : loop_(&loop),
      request_(std::move(request)),
      on_done_(std::move(on_done)),
      dial_(loop, to, kDial, [this](Result<UniqueFd> socket) { connected(std::move(socket)); }) {}

void HttpPost::connected(Result<UniqueFd> socket) {
  if (!socket) return done(fail(socket.error()));
  socket_ = *std::move(socket);
  poll_ = std::make_unique<Poll>(*loop_, socket_.get(), [this](Poll::Ready ready) { work(ready); });
  poll_->want(true, true);
}

void HttpPost::work(Poll::Ready ready) {
  if (ready.writable && sent_ < request_.size()) write();
  if (ready.readable) read();  // the last: it may be our end
}

// What a server does not read any more is no error yet: it may have answered.
void HttpPost::write() {
  const ssize_t sent = send(socket_.get(), request_.data() + sent_, request_.size() - sent_, 0);
  if (sent > 0) sent_ += static_cast<std::size_t>(sent);
  const bool over = sent < 0 && errno != EAGAIN && errno != EINTR;
  if (sent_ == request_.size() || over) poll_->want(true, false);
}

void HttpPost::read() {
  std::array<char, 4096> bytes{};
  const ssize_t got = recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return done(fail(Code::kUnreachable, std::strerror(errno)));
  const auto whole =
      got == 0 ? answer_.end() : answer_.receive({bytes.data(), static_cast<std::size_t>(got)});
  if (!whole) return done(fail(whole.error()));
  if (*whole) done(std::move(answer_));
}

void HttpPost::done(const Result<HttpAnswer>& result) {
  poll_.reset();
  const OnDone tell = std::exchange(on_done_, nullptr);
  if (tell) tell(result);  // we may be gone behind this
}

}  // namespace so::net
