#include "rtmp/events.h"

#include "rtmp/chunk_streams.h"
#include "rtmp/message.h"

namespace so::rtmp {
namespace {

std::optional<MediaKind> kind_of(MessageType type) {
  if (type == MessageType::kAudio) return MediaKind::kAudio;
  if (type == MessageType::kVideo) return MediaKind::kVideo;
  const bool data = type == MessageType::kDataAmf0 || type == MessageType::kDataAmf3;
  return data ? std::optional{MediaKind::kData} : std::nullopt;
}

}  // namespace

std::optional<Media> Media::from(const RawMessage& message) {
  const auto kind = kind_of(message.header.type);
  if (!kind) return std::nullopt;
  Media media{message.header.stream, *kind, message.header.timestamp, amf0_values(message)};
  if (media.body.size() == message.body.size()) media.whole = message.whole;
  return media;
}

MessageHeader Media::header() const {
  switch (kind) {
    case MediaKind::kAudio:
      return {kAudioChunks, timestamp, MessageType::kAudio, stream};
    case MediaKind::kVideo:
      return {kVideoChunks, timestamp, MessageType::kVideo, stream};
    case MediaKind::kData:
      break;
  }
  return {kDataChunks, timestamp, MessageType::kDataAmf0, stream};
}

amf::Value information(std::string_view level, std::string_view code,
                       std::string_view description) {
  return amf::Value::object({{"level", amf::Value::string(level)},
                             {"code", amf::Value::string(code)},
                             {"description", amf::Value::string(description)}});
}

}  // namespace so::rtmp
