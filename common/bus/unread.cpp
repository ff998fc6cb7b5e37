#include "bus/unread.h"

#include <utility>

namespace so::bus {

void Unread::add(ByteView message) {
  messages_.emplace_back(message.begin(), message.end());
  bytes_ += message.size();
}

Bytes Unread::take() {
  Bytes message = std::move(messages_.front());
  messages_.pop_front();
  bytes_ -= message.size();
  return message;
}

void Unread::put_back(ByteView rest) {
  messages_.emplace_front(rest.begin(), rest.end());
  bytes_ += rest.size();
}

}  // namespace so::bus
