#include "bus/batches.h"

#include <utility>

namespace so::bus {

void Batches::append(ByteView frame) {
  if (messages_.empty() || messages_.back().size() + frame.size() > kMessageBytes) {
    messages_.push_back(std::exchange(spare_, {}));
  }
  Bytes& message = messages_.back();
  message.insert(message.end(), frame.begin(), frame.end());
  bytes_ += frame.size();
}

void Batches::pop() {
  bytes_ -= messages_.front().size();
  if (messages_.front().capacity() <= kMessageBytes) spare_ = std::move(messages_.front());
  spare_.clear();
  messages_.pop_front();
}

void Batches::clear() {
  messages_.clear();
  bytes_ = 0;
}

}  // namespace so::bus
