#include "flv/tag.h"

#include <doctest/doctest.h>

#include "support/flv_file.h"
#include "support/hex.h"

using namespace so;
using flv::TagType;
using test::from_hex;
using test::OwnedTag;

namespace {

const Bytes file_header = from_hex("464c5601 05 00000009 00000000");

struct Case {
  std::string name;
  OwnedTag tag;
  Bytes bytes;
};
const std::vector<Case> cases{
    {"audio",
     {TagType::kAudio, 21, {0xAF, 1, 2}},
     from_hex("08 000003 000015 00 000000 af0102 0000000e")},
    {"time stamp beyond 24 bits",
     {TagType::kVideo, 0x12345678, {0x17}},
     from_hex("09 000001 345678 12 000000 17 0000000c")},
    {"time stamp with the 32nd bit",
     {TagType::kVideo, 0xFFFFFFFE, {}},
     from_hex("09 000000 fffffe ff 000000 0000000b")},
    {"script", {TagType::kScript, 0, {2, 0}}, from_hex("12 000002 000000 00 000000 0200 0000000d")},
};

Bytes joined(Bytes head, const Bytes& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

/// What next() says when it has been given all of that.
std::string error_of(const Bytes& bytes, flv::Reader::Limits limits = {}) {
  flv::Reader reader{limits};
  reader.receive(bytes);
  const auto tag = reader.next();
  REQUIRE_FALSE(tag);
  CHECK(reader.next().error() == tag.error());  // what failed stays failed
  return tag.error().text;
}

}  // namespace

TEST_CASE("flv: tags and bytes correspond both ways") {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Bytes written;
    Writer out{written};
    flv::write_tag(c.tag.view(), out);
    CHECK(test::to_hex(written) == test::to_hex(c.bytes));
    const auto tags = test::read_tags(joined(file_header, c.bytes), 1000);
    REQUIRE(tags.size() == 1);
    CHECK(tags.front() == c.tag);
  }
}

TEST_CASE("flv: the file header says which kinds may come") {
  Bytes both;
  Writer out{both};
  flv::write_file_header(true, true, out);
  CHECK(both == file_header);
  Bytes video;
  Writer video_out{video};
  flv::write_file_header(false, true, video_out);
  CHECK(video.at(4) == 1);
}

TEST_CASE("flv: a recording gives the same tags however it is split, and writes back to itself") {
  const Bytes bytes = test::flv_bytes("h264_aac_160x90_1s");
  const auto whole = test::read_tags(bytes, bytes.size());
  CHECK(whole.size() == 1 + 2 + 25 + 48 + 1);  // script, headers, frames, end of sequence
  for (const std::size_t step : {1U, 2U, 7U, 4096U}) CHECK(test::read_tags(bytes, step) == whole);
  Bytes written;
  Writer out{written};
  flv::write_file_header(true, true, out);
  for (const OwnedTag& tag : whole) flv::write_tag(tag.view(), out);
  CHECK(written == bytes);
}

TEST_CASE("flv: a tag is handed out when its body is there, not when the back pointer follows") {
  flv::Reader reader;
  Bytes bytes = joined(file_header, cases.front().bytes);
  reader.receive(ByteView{bytes}.first(bytes.size() - 4));
  const auto tag = reader.next();
  REQUIRE(tag);
  REQUIRE(*tag);
  CHECK((*tag)->body.size() == 3);
  CHECK(reader.between_tags());  // the end of a stream whose last back pointer is missing
  reader.receive(from_hex("ffff"));
  CHECK(reader.between_tags());
}

TEST_CASE("flv: back pointers may be nonsense") {
  Bytes bytes = file_header;
  for (int i = 0; i < 2; ++i) {
    bytes = joined(bytes, from_hex("08 000001 000000 00 000000 af deadbeef"));
  }
  CHECK(test::read_tags(bytes, 5).size() == 2);
}

TEST_CASE("flv: AMF3 script tags are stepped over") {
  const Bytes bytes =
      joined(joined(file_header, from_hex("0f 000002 000000 00 000000 0011 0000000d")),
             cases.front().bytes);
  const auto tags = test::read_tags(bytes, 1);
  REQUIRE(tags.size() == 1);
  CHECK(tags.front().type == TagType::kAudio);
}

TEST_CASE("flv: a longer file header is stepped over") {
  const Bytes bytes = joined(from_hex("464c5601 05 0000000c aabbcc 00000000"), cases.front().bytes);
  CHECK(test::read_tags(bytes, 3).size() == 1);
}

TEST_CASE("flv: a stream that is cut off is told from one that ended") {
  flv::Reader reader;
  CHECK_FALSE(reader.between_tags());  // nothing came at all
  reader.receive(file_header);
  CHECK(*reader.next() == std::nullopt);
  CHECK(reader.between_tags());
  reader.receive(from_hex("08 000003 0000"));
  CHECK(*reader.next() == std::nullopt);
  CHECK_FALSE(reader.between_tags());
}

TEST_CASE("flv: what is not FLV is refused with its reason") {
  CHECK(error_of(from_hex("52494646 00000000 00")) == "reading flv: no FLV signature");
  CHECK(error_of(from_hex("464c5601 05 00000008 00")) == "reading flv: file header of 8 bytes");
  CHECK(error_of(from_hex("464c5601 05 7fffffff 00")) ==
        "reading flv: file header of 2147483647 bytes");
  CHECK(error_of(joined(file_header, from_hex("46 000001 000000 00 000000"))) ==
        "reading flv: unknown tag type 6");
  CHECK(error_of(joined(file_header, from_hex("29 000001 000000 00 000000"))) ==
        "reading flv: tag is encrypted");
  CHECK(error_of(joined(file_header, from_hex("09 000011 000000 00 000000")), {.tag_bytes = 16}) ==
        "reading flv: tag of 17 bytes is over the limit of 16");
}
