#include "rtmp/chunk_reader.h"

#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "rtmp/digest.h"
#include "rtmp/samples.h"
#include "support/hex.h"

using namespace so;
using namespace so::rtmp;
using test::from_hex;
using test::to_hex;

namespace {

struct Message {
  MessageHeader header;
  Bytes body;
  bool operator==(const Message&) const = default;
};

// What a reader makes of bytes that arrive `step` at a time, obeying Set Chunk Size and Abort.
struct Reading {
  std::vector<Message> messages;
  std::string error;
  ChunkCounts counts;
  std::uint32_t chunk_size = 0;
};

void obey(ChunkReader& reader, const RawMessage& message) {
  Cursor body{message.body};
  if (message.header.type == MessageType::kSetChunkSize) reader.set_chunk_size(body.u32());
  if (message.header.type == MessageType::kAbort) reader.abort(body.u32());
}

Reading read(ByteView in, std::size_t step, const ChunkLimits& limits = {}) {
  ChunkReader reader{limits};
  Reading reading;
  Buffer pending;
  while (!in.empty() && reading.error.empty()) {
    const std::size_t n = std::min(step, in.size());
    pending.append(in.first(n));
    in = in.subspan(n);
    ByteView view = pending.view();
    while (true) {
      const auto message = reader.next(view);
      if (!message) reading.error = message.error().text;
      if (!message || !*message) break;
      reading.messages.push_back({(*message)->header, to_bytes((*message)->body)});
      obey(reader, **message);
    }
    pending.consume(pending.size() - view.size());
  }
  reading.counts = reader.counts();
  reading.chunk_size = reader.chunk_size();
  return reading;
}

Reading read_hex(std::string_view hex, const ChunkLimits& limits = {}) {
  const Bytes in = from_hex(hex);
  Reading whole = read(in, in.size(), limits);
  const Reading single = read(in, 1, limits);
  CHECK(single.messages == whole.messages);
  CHECK(single.error == whole.error);
  return whole;
}

std::string join_counts(const std::map<int, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [key, value] : counts) {
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", key, value);
  }
  return text;
}

std::vector<std::uint32_t> timestamps(const Reading& reading) {
  std::vector<std::uint32_t> all;
  for (const Message& message : reading.messages) all.push_back(message.header.timestamp);
  return all;
}

void check_numbers(const Reading& reading, const test::Sample& sample) {
  std::map<int, std::uint64_t> types;
  std::map<int, std::uint64_t> last;
  std::size_t longest = 0;
  for (const Message& message : reading.messages) {
    const int type = static_cast<int>(message.header.type);
    types[type] += 1;
    if (type == 8 || type == 9) last[type] = message.header.timestamp;
    longest = std::max(longest, message.body.size());
  }
  CHECK(reading.error.empty());
  CHECK(join_counts(types) == sample.messages);
  CHECK(fmt::format("{}", fmt::join(reading.counts.by_format, "/")) == sample.chunks);
  CHECK(reading.chunk_size == sample.chunk_size);
  CHECK(longest == sample.longest);
  CHECK(reading.counts.extended == sample.extended);
  CHECK(join_counts(last) == sample.last);
}

}  // namespace

TEST_CASE("recorded clients give the numbers an independent parser gave, in pieces of any size") {
  for (const test::Sample& sample : test::kSamples) {
    CAPTURE(sample.name);
    const Bytes bytes = test::load(sample);
    const ByteView chunks = ByteView{bytes}.subspan(1 + 2 * kBlockBytes);
    const Reading whole = read(chunks, chunks.size());
    check_numbers(whole, sample);
    for (const std::size_t step : {1U, 2U, 7U, 4096U}) {
      const Reading split = read(chunks, step);
      CHECK(split.messages == whole.messages);
      CHECK(split.error.empty());
    }
  }
}

TEST_CASE("a basic header names chunk streams up to 65599") {
  struct Case {
    std::string_view header;
    std::uint32_t id;
  };
  constexpr auto kCases = std::to_array<Case>({{"02", 2},
                                               {"3f", 63},
                                               {"0000", 64},
                                               {"00ff", 319},
                                               {"010000", 64},
                                               {"010001", 320},
                                               {"012d01", 365},
                                               {"01ffff", 65599}});
  for (const Case& c : kCases) {
    const Reading reading = read_hex(std::string{c.header} + "000000 000001 08 00000000 aa");
    REQUIRE(reading.messages.size() == 1);
    CHECK(reading.messages[0].header.chunk_stream == c.id);
  }
}

TEST_CASE("each format leaves out what the last header said") {
  const Reading reading = read_hex(
      "04 000064 000001 08 01000000 a0"  // full: at 100, one byte, stream 1
      "44 00000a 000002 09 b0b1"         // delta 10, another length and type
      "84 000005 c0c1"                   // delta 5
      "c4 d0d1");                        // delta 5 again
  CHECK(timestamps(reading) == std::vector<std::uint32_t>{100, 110, 115, 120});
  REQUIRE(reading.messages.size() == 4);
  CHECK(reading.messages[3] == Message{{4, 120, MessageType::kVideo, 1}, {0xD0, 0xD1}});
}

TEST_CASE("format 3 right after format 0 repeats its timestamp as a delta") {
  CHECK(timestamps(read_hex("04 00001a 000001 08 01000000 aa c4 bb")) ==
        std::vector<std::uint32_t>{26, 52});
}

TEST_CASE("the stream id is little-endian, the other fields are not") {
  const Reading reading = read_hex("04 010203 000001 08 0a0b0c0d ff");
  REQUIRE(reading.messages.size() == 1);
  CHECK(reading.messages[0].header.timestamp == 0x010203);
  CHECK(reading.messages[0].header.stream == 0x0D0C0B0A);
}

TEST_CASE("a chunk stream may begin with format 1, as librtmp's ping reply does") {
  const Reading reading = read_hex("42 000000 000006 04 0007 00000005");
  REQUIRE(reading.messages.size() == 1);
  CHECK(reading.messages[0].header == MessageHeader{2, 0, MessageType::kUserControl, 0});
}

TEST_CASE("an empty message is a message") {
  const Reading reading = read_hex("04 000000 000000 08 01000000 c4");
  CHECK(reading.messages.size() == 2);
}

TEST_CASE("an extended timestamp follows the header where 24 bits are not enough") {
  CHECK(timestamps(read_hex("04 fffffe 000001 08 01000000 aa")) ==
        std::vector<std::uint32_t>{0xFFFFFE});
  CHECK(timestamps(read_hex("04 ffffff 000001 08 01000000 00ffffff aa")) ==
        std::vector<std::uint32_t>{0xFFFFFF});
  CHECK(timestamps(read_hex("04 ffffff 000001 08 01000000 01000000 aa")) ==
        std::vector<std::uint32_t>{0x1000000});
}

TEST_CASE("an extended delta is a delta") {
  CHECK(timestamps(read_hex("04 000001 000001 08 01000000 aa"
                            "44 ffffff 000001 08 01000000 bb"  // format 1: + 2^24
                            "84 ffffff 02000000 cc"            // format 2: + 2^25
                            "c4 02000000 dd")) ==              // format 3: once more
        std::vector<std::uint32_t>{1, 0x1000001, 0x3000001, 0x5000001});
}

TEST_CASE("an extended timestamp may be repeated or left out where a message goes on") {
  constexpr std::string_view kSetChunkSize4 = "02 000000 000004 01 00000000 00000004";
  const std::string begin =
      std::string{kSetChunkSize4} + "06 ffffff 00000a 09 01000000 01000000 00010203";
  const Reading repeated = read_hex(begin + "c6 01000000 04050607 c6 01000000 0809");
  const Reading omitted = read_hex(begin + "c6 04050607 c6 0809 04 000000 000001 08 00000000 aa");
  REQUIRE(repeated.messages.size() == 2);
  REQUIRE(omitted.messages.size() == 3);
  CHECK(to_hex(repeated.messages[1].body) == "00010203040506070809");
  CHECK(omitted.messages[1] == repeated.messages[1]);
}

TEST_CASE("timestamps wrap at 2^32") {
  CHECK(timestamps(read_hex("04 ffffff 000001 08 01000000 fffffff0 aa 84 000020 bb")) ==
        std::vector<std::uint32_t>{0xFFFFFFF0, 0x10});
}

TEST_CASE("chunk streams interleave, and a new chunk size holds from the next chunk on") {
  const Reading reading = read_hex(
      "02 000000 000004 01 00000000 00000002"
      "04 000000 000005 08 01000000 a0a1"
      "06 000000 000003 09 01000000 b0b1"
      "c4 a2a3"
      "c6 b2"
      "02 000000 000002 04 00000000 00ff"  // fits one chunk
      "c4 a4");
  REQUIRE(reading.messages.size() == 4);
  CHECK(to_hex(reading.messages[1].body) == "b0b1b2");
  CHECK(to_hex(reading.messages[3].body) == "a0a1a2a3a4");
  const Reading smaller = read_hex(
      "02 000000 000004 01 00000000 00000004"
      "04 000000 000007 08 01000000 a0a1a2a3"
      "02 000000 000004 01 00000000 00000002"  // in the middle of the other
      "c4 a4a5 c4 a6");
  REQUIRE(smaller.messages.size() == 3);
  CHECK(to_hex(smaller.messages[2].body) == "a0a1a2a3a4a5a6");
}

TEST_CASE("abort forgets the unfinished message and keeps the header") {
  const Reading reading = read_hex(
      "02 000000 000004 01 00000000 00000004"
      "04 000007 000006 08 01000000 a0a1a2a3"
      "02 000000 000004 02 00000000 00000004"
      "02 000000 000004 02 00000000 00000009"  // a stream that is not there
      "c4 b0b1b2b3 c4 b4b5");
  REQUIRE(reading.messages.size() == 4);
  CHECK(reading.messages[3].header == MessageHeader{4, 14, MessageType::kAudio, 1});
  CHECK(to_hex(reading.messages[3].body) == "b0b1b2b3b4b5");
}

TEST_CASE("a header that breaks the rules is an error, however it arrives") {
  CHECK(read_hex("84 000000").error == "chunk stream 4 begins with a format 2 header");
  CHECK(read_hex("c5").error == "chunk stream 5 begins with a format 3 header");
  constexpr std::string_view kHalf =
      "02 000000 000004 01 00000000 00000004 04 000000 000006 08 01000000 a0a1a2a3";
  for (const int format : {0, 1, 2}) {
    CHECK(read_hex(fmt::format("{}{:02x}", kHalf, format << 6 | 4)).error ==
          fmt::format("chunk stream 4: format {} header inside a message", format));
  }
}

TEST_CASE("a body that came in pieces may be moved away") {
  const Bytes in = from_hex("04 000000 000083 08 01000000" + std::string(256, 'a') + "c4 b0b1b2" +
                            "c4" + std::string(256, 'c') + "c4 d0d1d2");
  ChunkReader reader;
  ByteView rest{in};
  const auto first = reader.next(rest).value();
  REQUIRE(first->whole != nullptr);
  const Bytes body = std::move(*first->whole);
  CHECK(first->body.data() == body.data());
  CHECK(body.capacity() == 131);
  CHECK(to_hex(body) == std::string(256, 'a') + "b0b1b2");
  CHECK(to_hex(reader.next(rest).value()->body) == std::string(256, 'c') + "d0d1d2");
}

TEST_CASE("a message over the limit of its kind is refused by its header") {
  ChunkLimits limits;
  limits.media_bytes = 1000;
  limits.command_bytes = 100;
  limits.control_bytes = 10;
  CHECK(read_hex("04 000000 0003e8 08 01000000", limits).error.empty());
  CHECK(read_hex("04 000000 0003e9 08 01000000", limits).error ==
        "audio message of 1001 bytes is over the limit of 1000");
  CHECK(read_hex("04 000000 0003e9 63 01000000", limits).error ==
        "unknown message of 1001 bytes is over the limit of 1000");
  CHECK(read_hex("04 000000 000065 14 01000000", limits).error ==
        "command message of 101 bytes is over the limit of 100");
  CHECK(read_hex("04 000000 00000b 04 01000000", limits).error ==
        "user control message of 11 bytes is over the limit of 10");
}

TEST_CASE("announced lengths cost nothing, unfinished messages are bounded together") {
  ChunkLimits limits;
  limits.unfinished_bytes = 300;
  limits.media_bytes = kMaxMessageBytes;
  std::string three;
  for (int id = 3; id < 6; ++id) {
    three += fmt::format("{:02x} 000000 ffffff 09 01000000", id) + std::string(256, 'a');
  }
  CHECK(read_hex(three, limits).error == "unfinished messages of more than 300 bytes");
  limits.unfinished_bytes = 384;
  CHECK(read_hex(three, limits).error.empty());
}

TEST_CASE("the number of chunk streams is bounded, their names are not") {
  ChunkLimits limits;
  limits.chunk_streams = 2;
  constexpr std::string_view kTwo =
      "3f 000000 000001 08 01000000 aa 01ffff 000000 000001 08 01000000 aa";
  CHECK(read_hex(kTwo, limits).error.empty());
  CHECK(read_hex(std::string{kTwo} + "03 000000 000001 08 01000000 aa", limits).error ==
        "chunk stream 3 is one more than 2");
}

TEST_CASE("a chunk size beyond any message is as good as the longest message") {
  const Reading reading = read_hex(
      "02 000000 000004 01 00000000 7fffffff"
      "04 000000 000003 08 01000000 a0a1a2");
  CHECK(reading.chunk_size == kMaxChunkBytes);
  CHECK(reading.messages.size() == 2);
}
