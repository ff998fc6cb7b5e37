#include "rtmp/prepared.h"

#include "rtmp/chunk_streams.h"
#include "rtmp/chunk_writer.h"

namespace so::rtmp {
namespace {

std::uint32_t prepared_chunks(MediaKind kind) {
  switch (kind) {
    case MediaKind::kAudio:
      return kPreparedAudioChunks;
    case MediaKind::kVideo:
      return kPreparedVideoChunks;
    case MediaKind::kData:
      break;
  }
  return kPreparedDataChunks;
}

Bytes chunk(const MessageHeader& header, ByteView body, std::uint32_t chunk_size) {
  constexpr std::size_t kFirstHeader = 16;  // of chunk streams below 64
  constexpr std::size_t kNextHeader = 5;
  Bytes out;
  out.reserve(kFirstHeader + body.size() + body.size() / chunk_size * kNextHeader);
  write_message(header, body, chunk_size, out);
  return out;
}

}  // namespace

Bytes prepare(const Media& media, std::uint32_t chunk_size) {
  MessageHeader header = media.header();
  header.chunk_stream = prepared_chunks(media.kind);
  return chunk(header, media.body, chunk_size);
}

Bytes prepare(const SharedObjectMessage& message, Encoding encoding, std::uint32_t chunk_size) {
  const MessageHeader header{kCommandChunks, 0, SharedObjectMessage::type(encoding), 0};
  return chunk(header, message.encode(encoding), chunk_size);
}

}  // namespace so::rtmp
