#include "net/read_set.h"

#include <array>
#include <span>

#include <sys/epoll.h>

#include "net/socket.h"

namespace so::net {

Result<std::unique_ptr<ReadSet>> ReadSet::open(Loop& loop, Callback callback) {
  UniqueFd epoll{epoll_create1(EPOLL_CLOEXEC)};
  if (!epoll) return system_error("watch connections");
  return std::unique_ptr<ReadSet>{new ReadSet{loop, std::move(epoll), std::move(callback)}};
}

ReadSet::ReadSet(Loop& loop, UniqueFd epoll, Callback callback)
    : epoll_(std::move(epoll)),
      callback_(std::move(callback)),
      watch_(loop, epoll_.get(), [this](Poll::Ready) { look(); }) {
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

// As many as fit; the others are ready in the next turn too.
void ReadSet::look() {
  constexpr std::size_t kBatch = 256;
  std::array<epoll_event, kBatch> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  if (count <= 0) return;
  for (const epoll_event& event : std::span{events}.first(static_cast<std::size_t>(count))) {
    callback_(ConnId{event.data.u64});
  }
}

}  // namespace so::net
