// What chunks cost: a second of 2 Mbit/s video and sound, cut into chunks and joined again, beside
// copying the bodies; and what a message for many players costs when it is chunked once.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench.h"
#include "rtmp/chunk_reader.h"
#include "rtmp/chunk_writer.h"

using namespace so;

namespace {

struct Message {
  rtmp::MessageHeader header;
  Bytes body;
};

/// 30 pictures, the first a key frame, and 47 of sound.
std::vector<Message> one_second() {
  using rtmp::MessageType;
  std::vector<Message> all;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const std::size_t bytes = i == 0 ? 60000 : 6000;
    all.push_back({{6, i * 33, MessageType::kVideo, 1}, Bytes(bytes, 0x27)});
  }
  for (std::uint32_t i = 0; i < 47; ++i) {
    all.push_back({{4, i * 21, MessageType::kAudio, 1}, Bytes(256, 0xAF)});
  }
  std::stable_sort(all.begin(), all.end(), [](const Message& a, const Message& b) {
    return a.header.timestamp < b.header.timestamp;
  });
  return all;
}

std::size_t bytes_of(const std::vector<Message>& messages) {
  std::size_t bytes = 0;
  for (const Message& each : messages) bytes += each.body.size();
  return bytes;
}

Bytes written(const std::vector<Message>& messages, std::uint32_t chunk_size) {
  rtmp::ChunkWriter writer;
  writer.set_chunk_size(chunk_size);
  Bytes out;
  for (const Message& each : messages) writer.write(each.header, each.body, out);
  return out;
}

bench::Way copying(const std::vector<Message>& messages) {
  return {"copying the bodies", [&messages, out = Bytes{}]() mutable {
            out.clear();
            for (const Message& each : messages)
              out.insert(out.end(), each.body.begin(), each.body.end());
            bench::keep(out);
            return bytes_of(messages);
          }};
}

bench::Way writing(const std::vector<Message>& messages, std::uint32_t chunk_size) {
  return {fmt::format("write, chunks of {}", chunk_size),
          [&messages, chunk_size, out = Bytes{}]() mutable {
            rtmp::ChunkWriter writer;
            writer.set_chunk_size(chunk_size);
            out.clear();
            for (const Message& each : messages) writer.write(each.header, each.body, out);
            bench::keep(out);
            return bytes_of(messages);
          }};
}

/// The bytes come as from a socket, `piece` at a time, into a buffer that keeps what is not used.
bench::Way reading(const std::vector<Message>& messages, std::uint32_t chunk_size,
                   std::size_t piece) {
  return {fmt::format("read, chunks of {}, by {}", chunk_size, piece),
          [&messages, chunk_size, piece, stream = written(messages, chunk_size)] {
            rtmp::ChunkReader reader;
            reader.set_chunk_size(chunk_size);
            ByteView all{stream};
            std::size_t begin = 0;
            for (std::size_t end = 0; end < all.size();) {
              end = std::min(end + piece, all.size());
              ByteView in = all.subspan(begin, end - begin);
              while (const auto message = *reader.next(in)) bench::keep(message->body.data());
              begin = end - in.size();
            }
            return bytes_of(messages);
          }};
}

void streams() {
  const auto messages = one_second();
  const std::array ways{copying(messages),
                        writing(messages, 128),
                        writing(messages, 4096),
                        writing(messages, 60000),
                        reading(messages, 128, 65536),
                        reading(messages, 4096, 65536),
                        reading(messages, 4096, 1448),
                        reading(messages, 60000, 65536)};
  bench::compare("a second of 2 Mbit/s", "B", ways);
}

void players() {
  constexpr std::size_t kPlayers = 100;
  const Message message{{6, 40, rtmp::MessageType::kVideo, 1}, Bytes(6000, 0x27)};
  const std::array ways{
      bench::Way{"a writer each",
                 [&, writers = std::vector<rtmp::ChunkWriter>(kPlayers), out = Bytes{}]() mutable {
                   for (rtmp::ChunkWriter& writer : writers) {
                     writer.set_chunk_size(4096);
                     out.clear();
                     writer.write(message.header, message.body, out);
                     bench::keep(out);
                   }
                   return kPlayers;
                 }},
      bench::Way{"chunked once, shared", [&] {
                   Bytes out;
                   rtmp::write_message(message.header, message.body, 4096, out);
                   bench::keep(out);
                   return kPlayers;
                 }}};
  bench::compare(fmt::format("a picture of {} bytes for {} players", message.body.size(), kPlayers),
                 "messages", ways);
}

}  // namespace

int main() {
  streams();
  players();
}
