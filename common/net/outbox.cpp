#include "net/outbox.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace so::net {
namespace {

// A drained queue of this many buffers keeps its memory for the next burst; a longer one frees it.
constexpr std::size_t kKeep = 16;

// The pieces of a buffer without its first `taken` bytes; those that are left.
std::array<ByteView, 2> pieces(const Parcel& buffer, std::size_t taken) {
  const ByteView head{*buffer.head};
  const ByteView tail = buffer.tail.bytes;
  if (taken < head.size()) return {head.subspan(taken), tail};
  return {tail.subspan(taken - head.size()), ByteView{}};
}

}  // namespace

bool Outbox::push(Parcel buffer) {
  const std::size_t largest = std::max(largest_, buffer.size());
  if (!empty() && bytes_ + buffer.size() > std::max(limit_, 2 * largest)) return false;
  push_always(std::move(buffer));
  return true;
}

void Outbox::push_always(Parcel buffer) {
  if (buffer.size() == 0) return;
  largest_ = std::max(largest_, buffer.size());
  bytes_ += buffer.size();
  buffers_.push_back(std::move(buffer));
}

std::span<iovec> Outbox::gather(std::span<iovec> vectors) const {
  std::size_t used = 0;
  for (std::size_t i = head_; i < buffers_.size() && used < vectors.size(); ++i) {
    for (const ByteView bytes : pieces(buffers_[i], i == head_ ? taken_ : 0)) {
      if (bytes.empty() || used == vectors.size()) continue;
      // The kernel's vectors serve reading too, so they are not const; sending does not write.
      vectors[used++] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    }
  }
  return vectors.first(used);
}

void Outbox::consume(std::size_t bytes) {
  assert(bytes <= bytes_);
  bytes_ -= bytes;
  taken_ += bytes;
  while (head_ < buffers_.size() && taken_ >= buffers_[head_].size()) {
    taken_ -= buffers_[head_].size();
    pop_front();
  }
}

std::size_t Outbox::discard_unsent(std::size_t promised) {
  std::size_t kept = taken_ == 0 ? 0 : buffers_[head_].size() - taken_;
  std::size_t end = head_ + (kept > 0 ? 1 : 0);
  for (; kept < promised && end < buffers_.size(); ++end) kept += buffers_[end].size();
  const std::size_t dropped = bytes_ - kept;
  buffers_.erase(buffers_.begin() + static_cast<std::ptrdiff_t>(end), buffers_.end());
  bytes_ = kept;
  if (empty()) clear();
  return dropped;
}

void Outbox::clear() {
  if (buffers_.capacity() > kKeep) {
    buffers_ = {};
  } else {
    buffers_.clear();
  }
  head_ = taken_ = bytes_ = largest_ = 0;
}

void Outbox::pop_front() {
  buffers_[head_++] = Parcel{nullptr};
  if (head_ == buffers_.size()) {
    clear();
  } else if (head_ > kKeep && head_ > buffers_.size() / 2) {
    buffers_.erase(buffers_.begin(), buffers_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

}  // namespace so::net
