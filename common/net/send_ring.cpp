#include "net/send_ring.h"

#include <algorithm>
#include <cassert>
#include <liburing.h>
#include <utility>

namespace so::net {
namespace {

// Without MSG_WAITALL the kernel takes a part for a success, and successes are not told.
constexpr int kFlags = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_WAITALL;

}  // namespace

SendRing::SendRing(bool wanted) : untried_(wanted) {}

SendRing::~SendRing() {
  close();
}

bool SendRing::serves(std::size_t writes) {
  if (writes < kWorth) return false;
  if (std::exchange(untried_, false)) open();
  return ring_ != nullptr;
}

void SendRing::open() {
  auto ring = std::make_unique<io_uring>();
  constexpr unsigned kSetup = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER;
  if (io_uring_queue_init(kEntries, ring.get(), kSetup) != 0) return;
  ring_ = std::move(ring);
  if ((ring_->features & IORING_FEAT_CQE_SKIP) == 0) return close();
  pieces_.resize(kEntries * kPieces);
  messages_.resize(kEntries);
}

void SendRing::close() {
  if (ring_) io_uring_queue_exit(ring_.get());
  ring_.reset();
}

bool SendRing::add(int socket, const Outbox& waiting) {
  if (std::exchange(submitted_, false)) {
    sent_.clear();
    used_ = 0;
  }
  const auto pieces = waiting.gather(std::span{pieces_}.subspan(used_, kPieces));
  std::size_t bytes = 0;
  for (const iovec& each : pieces) bytes += each.iov_len;
  if (bytes < waiting.bytes()) return false;
  prepare(socket, pieces);
  used_ += pieces.size();
  sent_.push_back(bytes);
  return true;
}

void SendRing::prepare(int socket, std::span<const iovec> pieces) {
  io_uring_sqe* const entry = io_uring_get_sqe(ring_.get());
  assert(entry != nullptr);
  if (pieces.size() == 1) {
    io_uring_prep_send(entry, socket, pieces[0].iov_base, pieces[0].iov_len, kFlags);
  } else {
    msghdr& message = messages_.at(sent_.size());
    message.msg_iov = &pieces_.at(used_);
    message.msg_iovlen = pieces.size();
    io_uring_prep_sendmsg(entry, socket, &message, kFlags);
  }
  io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS);
  io_uring_sqe_set_data64(entry, sent_.size());
}

std::span<const std::size_t> SendRing::submit() {
  if (std::exchange(submitted_, true)) return {};
  const auto taken = static_cast<std::size_t>(std::max(io_uring_submit(ring_.get()), 0));
  io_uring_cqe* entry = nullptr;
  unsigned head = 0;
  unsigned told = 0;
  io_uring_for_each_cqe(ring_.get(), head, entry) {
    sent_.at(io_uring_cqe_get_data64(entry)) = static_cast<std::size_t>(std::max(entry->res, 0));
    ++told;
  }
  io_uring_cq_advance(ring_.get(), told);
  if (taken == sent_.size()) return sent_;
  // What it did not take it would take the next time, when the bytes are gone.
  std::fill(sent_.begin() + static_cast<std::ptrdiff_t>(taken), sent_.end(), 0);
  close();
  return sent_;
}

}  // namespace so::net
