#include "rtmp/chunk_writer.h"

#include <algorithm>
#include <cassert>

#include "base/writer.h"

namespace so::rtmp {
namespace {

enum Format : std::uint8_t { kFull = 0, kSameStream = 1, kSameLength = 2, kSameAll = 3 };

void write_basic(Writer& out, Format format, std::uint32_t id) {
  const auto fmt = static_cast<std::uint8_t>(format << 6U);
  if (id < 64) return out.u8(static_cast<std::uint8_t>(fmt | id));
  if (id < 320) {
    out.u8(fmt);
    return out.u8(static_cast<std::uint8_t>(id - 64));
  }
  out.u8(fmt | 1U);
  out.u8(static_cast<std::uint8_t>(id - 64));
  out.u8(static_cast<std::uint8_t>((id - 64) >> 8U));
}

void write_little_endian(Writer& out, std::uint32_t value) {
  for (std::uint32_t shift = 0; shift < 32; shift += 8) {
    out.u8(static_cast<std::uint8_t>(value >> shift));
  }
}

struct Chunks {
  Format format;
  std::uint32_t time;  // absolute in format 0, else a delta
  std::uint32_t chunk_size;
};

void write_chunks(const Chunks& chunks, const MessageHeader& header, ByteView body, Writer& out) {
  const bool extended = chunks.time >= kExtendedTime;
  const auto length = static_cast<std::uint32_t>(body.size());
  write_basic(out, chunks.format, header.chunk_stream);
  if (chunks.format <= kSameLength) out.u24(extended ? kExtendedTime : chunks.time);
  if (chunks.format <= kSameStream) out.u24(length);
  if (chunks.format <= kSameStream) out.u8(static_cast<std::uint8_t>(header.type));
  if (chunks.format == kFull) write_little_endian(out, header.stream);
  while (true) {
    if (extended) out.u32(chunks.time);  // repeated in every chunk of the message
    const ByteView piece = body.first(std::min<std::size_t>(chunks.chunk_size, body.size()));
    out.bytes(piece);
    body = body.subspan(piece.size());
    if (body.empty()) return;
    write_basic(out, kSameAll, header.chunk_stream);
  }
}

}  // namespace

void ChunkWriter::write(const MessageHeader& header, ByteView body, Bytes& out) {
  assert(body.size() <= kMaxMessageBytes && header.chunk_stream <= kMaxChunkStream);
  Writer writer{out};
  const auto [found, first] = last_.try_emplace(header.chunk_stream);
  Last& last = found->second;
  const std::uint32_t delta = header.timestamp - last.header.timestamp;
  if (first || header.stream != last.header.stream || delta >= kExtendedTime) {
    last = Last{header, body.size(), std::nullopt};
    return write_chunks({kFull, header.timestamp, chunk_size_}, header, body, writer);
  }
  Format format = kSameStream;
  if (header.type == last.header.type && body.size() == last.length) {
    format = delta == last.delta ? kSameAll : kSameLength;
  }
  last = Last{header, body.size(), delta};
  write_chunks({format, delta, chunk_size_}, header, body, writer);
}

void ChunkWriter::set_chunk_size(std::uint32_t bytes) {
  assert(bytes > 0 && bytes <= kMaxChunkBytes);
  chunk_size_ = bytes;
}

void write_message(const MessageHeader& header, ByteView body, std::uint32_t chunk_size,
                   Bytes& out) {
  assert(body.size() <= kMaxMessageBytes && header.chunk_stream <= kMaxChunkStream);
  Writer writer{out};
  write_chunks({kFull, header.timestamp, chunk_size}, header, body, writer);
}

}  // namespace so::rtmp
