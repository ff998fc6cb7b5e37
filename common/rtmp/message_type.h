#pragma once

#include <cstdint>
#include <string_view>

namespace so::rtmp {

/// What a message is, as on the wire (RTMP 1.0, 5.4 and 7.1).
enum class MessageType : std::uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAckSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kSharedObjectAmf3 = 16,
  kCommandAmf3 = 17,
  kDataAmf0 = 18,
  kSharedObjectAmf0 = 19,
  kCommandAmf0 = 20,
  kAggregate = 22,
};

/// For error texts and logs: "video", "shared object", "unknown".
std::string_view to_text(MessageType type);

}  // namespace so::rtmp
