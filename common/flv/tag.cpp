#include "flv/tag.h"

#include <algorithm>
#include <array>
#include <cassert>

#include <fmt/format.h>

#include "base/cursor.h"

namespace so::flv {
namespace {

// file   'F' 'L' 'V' version:8=1 flags:8 (audio 4, video 1) header size:32=9 | previous tag
// size:32=0 tag    0:2 filtered:1 type:5 size:24 timestamp:24 timestamp high:8 stream:24=0 body |
// tag size:32
constexpr std::size_t kFileHeader = 9;
constexpr std::size_t kTagHeader = 11;
constexpr std::size_t kPreviousSize = 4;
constexpr unsigned kFiltered = 0x20;  // encrypted
constexpr unsigned kAmf3Script = 15;
constexpr std::size_t kMaxFileHeader = 1024;  // nobody is known to write more than 9

struct TagHeader {
  unsigned type;
  bool filtered;
  std::size_t size;
  std::uint32_t timestamp;
};

TagHeader read_tag_header(Cursor& in) {
  const unsigned first = in.u8();
  const std::size_t size = in.u24();
  const std::uint32_t low = in.u24();
  const std::uint32_t high = in.u8();
  in.skip(3);
  return {first & 0x1FU, (first & kFiltered) != 0, size, high << 24U | low};
}

Status check(const TagHeader& header, std::size_t max_bytes) {
  constexpr std::array kTypes{8U, 9U, 18U, kAmf3Script};
  if (std::find(kTypes.begin(), kTypes.end(), header.type) == kTypes.end()) {
    return fail(Code::kPeer, fmt::format("reading flv: unknown tag type {}", header.type));
  }
  if (header.filtered) return fail(Code::kPeer, "reading flv: tag is encrypted");
  if (header.size > max_bytes) {
    return fail(Code::kLimit, fmt::format("reading flv: tag of {} bytes is over the limit of {}",
                                          header.size, max_bytes));
  }
  return {};
}

}  // namespace

void write_file_header(bool audio, bool video, Writer& out) {
  out.text("FLV");
  out.u8(1);
  out.u8(static_cast<std::uint8_t>((audio ? 4U : 0U) | (video ? 1U : 0U)));
  out.u32(kFileHeader);
  out.u32(0);
}

void write_tag(const Tag& tag, Writer& out) {
  assert(tag.body.size() < 1U << 24U);
  const auto size = static_cast<std::uint32_t>(tag.body.size());
  out.u8(static_cast<std::uint8_t>(tag.type));
  out.u24(size);
  out.u24(tag.timestamp & 0xFFFFFFU);
  out.u8(static_cast<std::uint8_t>(tag.timestamp >> 24U));
  out.u24(0);
  out.bytes(tag.body);
  out.u32(static_cast<std::uint32_t>(kTagHeader) + size);
}

void Reader::receive(ByteView bytes) {
  discard();
  if (!failed_) buffer_.append(bytes);
}

Result<std::optional<Tag>> Reader::next() {
  if (failed_) return fail(*failed_);
  auto tag = read_tag();
  if (!tag) failed_ = tag.error();
  return tag;
}

bool Reader::between_tags() const {
  return started_ && !failed_ && buffer_.size() <= discard_;
}

Result<bool> Reader::read_file_header() {
  Cursor in{buffer_.view()};
  if (in.left() < kFileHeader) return false;
  if (in.text(3) != "FLV") return fail(Code::kPeer, "reading flv: no FLV signature");
  in.skip(2);  // version and flags promise nothing that the tags do not say
  const std::size_t size = in.u32();
  if (size < kFileHeader || size > kMaxFileHeader) {
    return fail(Code::kPeer, fmt::format("reading flv: file header of {} bytes", size));
  }
  discard_ = size + kPreviousSize;
  started_ = true;
  return true;
}

Result<std::optional<Tag>> Reader::read_tag() {
  if (!started_) {
    const auto header = read_file_header();
    if (!header) return fail(header.error());
    if (!*header) return std::nullopt;
  }
  for (;;) {
    discard();
    Cursor in{buffer_.view()};
    if (discard_ > 0 || in.left() < kTagHeader) return std::nullopt;
    const TagHeader header = read_tag_header(in);
    if (auto ok = check(header, limits_.tag_bytes); !ok) return fail(ok.error());
    if (in.left() < header.size) return std::nullopt;
    discard_ = kTagHeader + header.size + kPreviousSize;
    if (header.type == kAmf3Script) continue;
    return Tag{static_cast<TagType>(header.type), header.timestamp, in.bytes(header.size)};
  }
}

void Reader::discard() {
  const std::size_t here = std::min(discard_, buffer_.size());
  buffer_.consume(here);
  discard_ -= here;
}

}  // namespace so::flv
