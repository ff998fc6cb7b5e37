#include "net/read_set.h"

#include <algorithm>
#include <chrono>

#include "net/socket.h"

namespace so::net {
namespace {

constexpr std::chrono::microseconds kOfATurn{100};  // for all of them

}  // namespace

Result<std::unique_ptr<ReadSet>> ReadSet::open(Loop& loop, Callback callback, Millis rest) {
  UniqueFd epoll{epoll_create1(EPOLL_CLOEXEC)};
  if (!epoll) return system_error("watch connections");
  return std::unique_ptr<ReadSet>{new ReadSet{loop, std::move(epoll), std::move(callback), rest}};
}

ReadSet::ReadSet(Loop& loop, UniqueFd epoll, Callback callback, Millis rest)
    : loop_(&loop),
      epoll_(std::move(epoll)),
      callback_(std::move(callback)),
      rest_(rest),
      watch_(loop, epoll_.get(), [this](Poll::Ready) { look(loop_->now() - looked_ < rest_); }),
      rested_(loop, [this] { look(true); }) {
  watch_.want(true, false);
}

void ReadSet::add(int fd, ConnId id) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = to_number(id);
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
}

void ReadSet::remove(int fd) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

// As many as fit; the others are ready in the next turn too. While it rests, the loop does not
// watch; where little comes there is nothing to save.
void ReadSet::look(bool often) {
  looked_ = loop_->now();
  if (ready_.empty()) {
    const int count = epoll_wait(epoll_.get(), events_.data(), kBatch, 0);
    ready_ = std::span{events_}.first(static_cast<std::size_t>(std::max(count, 0)));
  }
  const bool few = !ready_.empty() && ready_.size() < kBatch;
  tell();
  const bool rests = often && few && ready_.empty();
  watch_.want(!rests, false);
  if (rests) rested_.start(rest_);
}

void ReadSet::tell() {
  const TimePoint end = Clock::now() + kOfATurn;
  while (!ready_.empty() && Clock::now() < end) {
    const ConnId id{ready_.front().data.u64};
    ready_ = ready_.subspan(1);
    callback_(id);
  }
}

}  // namespace so::net
