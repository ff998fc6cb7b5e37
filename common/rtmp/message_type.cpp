#include "rtmp/message_type.h"

namespace so::rtmp {

std::string_view to_text(MessageType type) {
  switch (type) {
    case MessageType::kSetChunkSize:
      return "set chunk size";
    case MessageType::kAbort:
      return "abort";
    case MessageType::kAcknowledgement:
      return "acknowledgement";
    case MessageType::kUserControl:
      return "user control";
    case MessageType::kWindowAckSize:
      return "window acknowledgement size";
    case MessageType::kSetPeerBandwidth:
      return "set peer bandwidth";
    case MessageType::kAudio:
      return "audio";
    case MessageType::kVideo:
      return "video";
    case MessageType::kDataAmf3:
    case MessageType::kDataAmf0:
      return "data";
    case MessageType::kSharedObjectAmf3:
    case MessageType::kSharedObjectAmf0:
      return "shared object";
    case MessageType::kCommandAmf3:
    case MessageType::kCommandAmf0:
      return "command";
    case MessageType::kAggregate:
      return "aggregate";
  }
  return "unknown";
}

}  // namespace so::rtmp
