#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace so::net {

/// A message with its fragments joined. Borrowed for the call. Text is valid UTF-8.
struct WsMessage {
  bool text = false;
  ByteView payload;
};

/// Close codes (RFC 6455, 7.4.1, and our own ranges: after 40xx one does not come back, after 41xx
/// later, after 42xx at once).
namespace close_code {
inline constexpr std::uint16_t kNormal = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kUnsupported = 1003;  // binary where only text makes sense
inline constexpr std::uint16_t kNone = 1005;         // reported only: a close without a code
inline constexpr std::uint16_t kAbnormal = 1006;     // reported only: no close frame at all
inline constexpr std::uint16_t kBadText = 1007;      // text that is not UTF-8
inline constexpr std::uint16_t kPolicy = 1008;
inline constexpr std::uint16_t kTooBig = 1009;
inline constexpr std::uint16_t kInternal = 1011;
inline constexpr std::uint16_t kRestart = 1012;
inline constexpr std::uint16_t kTryLater = 1013;
inline constexpr std::uint16_t kBadRequest = 4000;
inline constexpr std::uint16_t kUnauthorized = 4001;
inline constexpr std::uint16_t kForbidden = 4003;
inline constexpr std::uint16_t kNotFound = 4004;
inline constexpr std::uint16_t kReplaced = 4006;
inline constexpr std::uint16_t kAbuse = 4029;
inline constexpr std::uint16_t kOverCapacity = 4100;
inline constexpr std::uint16_t kSlowConsumer = 4108;
inline constexpr std::uint16_t kTokenExpired = 4109;
inline constexpr std::uint16_t kNoPong = 4112;
inline constexpr std::uint16_t kDrain = 4200;
inline constexpr std::uint16_t kStateGap = 4210;

/// The same, or 0 for one of the peer's own.
constexpr std::uint16_t known(std::uint16_t code) {
  if (code < 3000) return code;
  for (const std::uint16_t ours :
       {kBadRequest, kUnauthorized, kForbidden, kNotFound, kReplaced, kAbuse, kOverCapacity,
        kSlowConsumer, kTokenExpired, kNoPong, kDrain, kStateGap}) {
    if (code == ours) return code;
  }
  return 0;
}
}  // namespace close_code

}  // namespace so::net
