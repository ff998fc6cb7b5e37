#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "amf/value.h"
#include "base/bytes.h"
#include "base/result.h"
#include "rtmp/message.h"

namespace so::rtmp {

/// What happens to a shared object (RTMP 1.0, 7.1.3). The order of the variant is the number on the
/// wire, from 1. Requests go to the server; the rest comes from it; SendMessage goes both ways.
namespace shared {

// clang-format off
struct Use { bool operator==(const Use&) const = default; };
struct Release { bool operator==(const Release&) const = default; };
struct RequestChange {  // null removes the key
  std::string key;
  amf::Value value;
  bool operator==(const RequestChange&) const = default;
};
struct Change {
  std::string key;
  amf::Value value;
  bool operator==(const Change&) const = default;
};
struct Success {  // to who asked for the change, without the value
  std::string key;
  bool operator==(const Success&) const = default;
};
struct SendMessage {
  std::string handler;
  amf::Values arguments;
  bool operator==(const SendMessage&) const = default;
};
struct Status {
  std::string code;   // SharedObject.NoWriteAccess
  std::string level;  // error
  bool operator==(const Status&) const = default;
};
struct Clear { bool operator==(const Clear&) const = default; };
struct Remove {
  std::string key;
  bool operator==(const Remove&) const = default;
};
struct RequestRemove {
  std::string key;
  bool operator==(const RequestRemove&) const = default;
};
struct UseSuccess { bool operator==(const UseSuccess&) const = default; };

// Not in the specification, seen from Flash Media Server and its clients.
struct KeyVersion {
  std::string key;
  std::uint32_t version = 0;
  bool operator==(const KeyVersion&) const = default;
};
struct ChangeEcho {  // a change, told to its author
  std::string key;
  amf::Value value;
  bool operator==(const ChangeEcho&) const = default;
};
struct RequestClear { bool operator==(const RequestClear&) const = default; };
// clang-format on

using Event = std::variant<Use, Release, RequestChange, Change, Success, SendMessage, Status, Clear,
                           Remove, RequestRemove, UseSuccess, KeyVersion, ChangeEcho, RequestClear>;

}  // namespace shared

struct SharedObjectLimits {
  std::size_t name_bytes = 256;        // of the object
  std::size_t key_bytes = 256;         // of a slot
  std::size_t event_bytes = 64 << 10;  // so also of a slot's value
  std::size_t events = 256;            // in one message
  amf::Limits values{.nodes = 4096};   // in one message: what 64 KiB of honest values have
};

/// Events of one object that happen together, as one version: types 19 and 16.
///
///   type 16 only: 0:8
///   name: u16 + bytes   version:32   flags:32   0:32
///   { type:8 length:32 data[length] }...
///
///   data   key: u16 + bytes; value: AMF0 (in type 16 an AMF3 value behind 0x11)
///   RequestChange, Change, ChangeEcho   { key value }...    one pair an event when we write
///   Success                             { key }...
///   Remove, RequestRemove               key
///   SendMessage                         handler as an AMF0 string, arguments
///   Status                              code, level, each u16 + bytes
///   KeyVersion                          key version:32
struct SharedObjectMessage {
  static constexpr std::uint32_t kPersistent = 2;

  std::string name;
  std::uint32_t version = 0;  // a client's: the last it knows, 0 at first
  std::uint32_t flags = 0;    // other bits were seen and mean nothing to us
  std::vector<shared::Event> events;
  std::size_t skipped = 0;  // events of unknown type; not written

  [[nodiscard]] bool persistent() const { return (flags & kPersistent) != 0; }

  /// Splits an event with several pairs into several events. Values behind 0x11 are given as what
  /// they are; a missing value is null.
  static Result<SharedObjectMessage> decode(const RawMessage& message,
                                            const SharedObjectLimits& limits = {});

  /// The body of a message of this type. In kAmf3 every value is written as AMF3.
  [[nodiscard]] Bytes encode(Encoding encoding) const;
  static MessageType type(Encoding encoding) {
    return encoding == Encoding::kAmf3 ? MessageType::kSharedObjectAmf3
                                       : MessageType::kSharedObjectAmf0;
  }
  bool operator==(const SharedObjectMessage&) const = default;
};

}  // namespace so::rtmp
