#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace so::net {

using SharedBytes = std::shared_ptr<const Bytes>;

/// A whole WebSocket message as a server puts it on the wire (RFC 6455, 5.2): one frame, unmasked,
/// so the bytes are the same for every client. Build it once, send it to any number of them: copies
/// share the bytes.
class Frame {
 public:
  static Frame text(std::string_view payload);  // must be UTF-8
  static Frame binary(ByteView payload);
  static Frame binary_parts(std::initializer_list<ByteView> payload);  // one behind the other
  static Frame ping(ByteView payload);                                 // at most 125 bytes
  static Frame pong(ByteView payload);                                 // the same
  static Frame close(std::uint16_t code, std::string_view reason);     // reason is cut at 123 bytes

  [[nodiscard]] const SharedBytes& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_->size(); }

 private:
  explicit Frame(SharedBytes bytes) : bytes_(std::move(bytes)) {}
  SharedBytes bytes_;
};

}  // namespace so::net
