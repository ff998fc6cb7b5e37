#include "net/read_set.h"

#include <algorithm>
#include <array>
#include <span>

#include <sys/epoll.h>

#include "net/socket.h"

namespace so::net {

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
  constexpr std::size_t kBatch = 256;
  looked_ = loop_->now();
  std::array<epoll_event, kBatch> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  const auto ready = std::span{events}.first(static_cast<std::size_t>(std::max(count, 0)));
  for (const epoll_event& event : ready) callback_(ConnId{event.data.u64});
  const bool rests = often && !ready.empty() && ready.size() < kBatch;
  watch_.want(!rests, false);
  if (rests) rested_.start(rest_);
}

}  // namespace so::net
