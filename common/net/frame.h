#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/shared_view.h"

namespace so::net {

using SharedBytes = std::shared_ptr<const Bytes>;

/// What waits in queues and is shared by them: bytes of its own, and behind them, where that saves
/// a copy, some that another owns.
struct Parcel {
  SharedBytes head;
  SharedView tail{};

  Parcel(SharedBytes bytes) : head(std::move(bytes)) {}  // implicit: most have no tail
  Parcel(SharedBytes bytes, SharedView behind) : head(std::move(bytes)), tail(std::move(behind)) {}
  [[nodiscard]] std::size_t size() const { return head->size() + tail.bytes.size(); }
};

/// A whole WebSocket message as a server puts it on the wire (RFC 6455, 5.2): one frame, unmasked,
/// so the bytes are the same for every client. Build it once, send it to any number of them: copies
/// share the bytes.
class Frame {
 public:
  static Frame text(std::string_view payload);  // must be UTF-8
  static Frame binary(ByteView payload);
  static Frame binary_parts(std::initializer_list<ByteView> payload);  // one behind the other
  /// `head`, copied, and `tail` behind it, which stays where it is.
  static Frame binary_shared(std::initializer_list<ByteView> head, SharedView tail);
  /// Not a frame of WebSocket but a chunk of an HTTP body (RFC 9112, 7.1), behind another unless it
  /// is the first.
  static Frame chunk(bool first, std::initializer_list<ByteView> head, SharedView tail);
  /// Not a frame at all: a piece of a body that has no chunks.
  static Frame piece(std::string_view text);
  static Frame last_chunk();                                        // behind another
  static Frame ping(ByteView payload);                              // at most 125 bytes
  static Frame pong(ByteView payload);                              // the same
  static Frame close(std::uint16_t code, std::string_view reason);  // reason is cut at 123 bytes

  [[nodiscard]] const Parcel& parcel() const { return parcel_; }
  [[nodiscard]] std::size_t size() const { return parcel_.size(); }

 private:
  explicit Frame(Parcel buffer) : parcel_(std::move(buffer)) {}
  Parcel parcel_;
};

}  // namespace so::net
