#include "rtmp/chunk_writer.h"

#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "rtmp/chunk_reader.h"
#include "support/hex.h"

using namespace so;
using namespace so::rtmp;
using test::from_hex;
using test::to_hex;

namespace {

struct Golden {
  MessageHeader header;
  std::string_view body;
  std::uint32_t chunk_size;
  std::string_view bytes;
};

constexpr auto kGolden = std::to_array<Golden>({
    // clang-format off
    {{2, 0, MessageType::kSetChunkSize, 0}, "00001000", 128, "02000000000004010000000000001000"},
    {{4, 0xFFFFFE, MessageType::kAudio, 1}, "af011122", 128, "04fffffe0000040801000000af011122"},
    {{4, 0xFFFFFF, MessageType::kAudio, 1}, "af011122", 128, "04ffffff000004080100000000ffffffaf011122"},
    {{4, 0x1000000, MessageType::kAudio, 1}, "af011122", 128, "04ffffff000004080100000001000000af011122"},
    {{6, 0x1000000, MessageType::kVideo, 1}, "00010203040506070809", 4,
     "06ffffff00000a09010000000100000000010203 c60100000004050607 c6010000000809"},
    {{63, 0, MessageType::kAudio, 0}, "aa", 128, "3f 000000 000001 08 00000000 aa"},
    {{64, 0, MessageType::kAudio, 0}, "aa", 128, "0000 000000 000001 08 00000000 aa"},
    {{319, 0, MessageType::kAudio, 0}, "aa", 128, "00ff 000000 000001 08 00000000 aa"},
    {{365, 0, MessageType::kAudio, 0}, "aabb", 1, "012d01 000000 000002 08 00000000 aa c12d01 bb"},
    {{65599, 0, MessageType::kAudio, 0}, "", 128, "01ffff 000000 000000 08 00000000"},
    // clang-format on
});

// The format of the first chunk of each message, and all the bytes.
struct Written {
  std::vector<int> formats;
  Bytes bytes;
};
Written write_all(const std::vector<MessageHeader>& headers,
                  const std::vector<std::size_t>& sizes) {
  ChunkWriter writer;
  Written written;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const std::size_t at = written.bytes.size();
    writer.write(headers[i], Bytes(sizes[i % sizes.size()], 0xAA), written.bytes);
    written.formats.push_back(written.bytes[at] >> 6U);
  }
  return written;
}

std::vector<MessageHeader> read_headers(ByteView in, std::uint32_t chunk_size) {
  ChunkReader reader;
  reader.set_chunk_size(chunk_size);
  std::vector<MessageHeader> headers;
  while (true) {
    const auto message = reader.next(in);
    REQUIRE(message);
    if (!*message) break;
    headers.push_back((*message)->header);
  }
  CHECK(in.empty());
  return headers;
}

MessageHeader audio(std::uint32_t timestamp, std::uint32_t stream = 1) {
  return {4, timestamp, MessageType::kAudio, stream};
}

}  // namespace

TEST_CASE("a message with a full header and its chunks correspond both ways") {
  for (const Golden& g : kGolden) {
    const Bytes body = from_hex(g.body);
    Bytes bytes;
    write_message(g.header, body, g.chunk_size, bytes);
    CHECK(to_hex(bytes) == to_hex(from_hex(g.bytes)));
    Bytes first;
    ChunkWriter writer;
    writer.set_chunk_size(g.chunk_size);
    writer.write(g.header, body, first);
    CHECK(first == bytes);
    CHECK(read_headers(bytes, g.chunk_size) == std::vector{g.header});
  }
}

TEST_CASE("a writer leaves out what the peer knows") {
  using Formats = std::vector<int>;
  SUBCASE("same length and type: the delta alone, then nothing") {
    CHECK(write_all({audio(0), audio(20), audio(40), audio(61)}, {5}).formats ==
          Formats{0, 2, 3, 2});
  }
  SUBCASE("another length") {
    CHECK(write_all({audio(0), audio(20), audio(40)}, {5, 6}).formats == Formats{0, 1, 1});
  }
  SUBCASE("another type") {
    CHECK(write_all({audio(0), {4, 0, MessageType::kVideo, 1}}, {5}).formats == Formats{0, 1});
  }
  SUBCASE("another message stream, or a step back, needs a full header") {
    CHECK(write_all({audio(9), audio(9, 2), audio(8, 2)}, {5}).formats == Formats{0, 0, 0});
  }
  SUBCASE("format 3 never begins a message right after format 0") {
    CHECK(write_all({audio(7), audio(14), audio(21)}, {5}).formats == Formats{0, 2, 3});
  }
  SUBCASE("a delta that would have to be extended needs a full header") {
    CHECK(write_all({audio(0), audio(0xFFFFFE), audio(0x1FFFFFD)}, {5}).formats ==
          Formats{0, 2, 0});
  }
  SUBCASE("chunk streams are apart") {
    CHECK(write_all({audio(0), {6, 0, MessageType::kVideo, 1}, audio(1)}, {5}).formats ==
          Formats{0, 0, 2});
  }
}

TEST_CASE("a reader gets back the headers a writer compressed") {
  std::vector<MessageHeader> headers;
  std::uint32_t time = 0xFFFFFF - 50;  // across the extended timestamp
  for (std::uint32_t i = 0; i < 40; ++i, time += i % 7) {
    headers.push_back(audio(time, 1 + i / 20));
    if (i % 3 == 0) headers.push_back({6, time - 3, MessageType::kVideo, 1});
  }
  headers.push_back(audio(0xFFFFFFF0));
  headers.push_back(audio(0x10));
  for (const std::size_t size : {0U, 1U, 127U, 128U, 129U, 1000U}) {
    CHECK(read_headers(write_all(headers, {size, 7}).bytes, kFirstChunkBytes) == headers);
  }
}
