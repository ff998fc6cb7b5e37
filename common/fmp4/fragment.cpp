#include "fmp4/fragment.h"

#include <bit>
#include <cstring>

namespace so::fmp4 {
namespace {

/// Writes big-endian fields into the fixed header; a Writer would allocate it.
class Fields {
 public:
  explicit Fields(FragmentHeader& out) : out_(out.data()) {}
  void u32(std::uint32_t value) {
    value = (value & 0xFFU) << 24U | (value & 0xFF00U) << 8U | (value >> 8U & 0xFF00U) |
            value >> 24U;  // one instruction
    std::memcpy(out_ + at_, &value, sizeof value);
    at_ += sizeof value;
  }
  void u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32U));
    u32(static_cast<std::uint32_t>(value));
  }

 private:
  std::uint8_t* out_;
  std::size_t at_ = 0;
};

constexpr std::uint32_t kSyncSample = 0x02000000;     // depends on no other
constexpr std::uint32_t kNonSyncSample = 0x01010000;  // depends on others, is not a sync sample

}  // namespace

// ISO/IEC 14496-12, 8.8: the fields of one sample as defaults of the track fragment, so that the
// run has nothing to add but where the bytes are and when to show them.
FragmentHeader fragment_header(const Sample& sample) {
  constexpr std::uint32_t kMoof = 104;
  FragmentHeader header;
  Fields out{header};
  out.u32(kMoof);
  out.u32(flv::four_cc("moof"));
  out.u32(16);
  out.u32(flv::four_cc("mfhd"));
  out.u32(0);
  out.u32(sample.sequence);
  out.u32(80);
  out.u32(flv::four_cc("traf"));
  out.u32(28);
  out.u32(flv::four_cc("tfhd"));
  out.u32(0x00020038);  // offsets count from the moof; default duration, size and flags follow
  out.u32(static_cast<std::uint32_t>(sample.track));
  out.u32(sample.duration);
  out.u32(sample.size);
  out.u32(sample.sync ? kSyncSample : kNonSyncSample);
  out.u32(20);
  out.u32(flv::four_cc("tfdt"));
  out.u32(0x01000000);  // version 1: 64 bits
  out.u64(sample.dts);
  out.u32(24);
  out.u32(flv::four_cc("trun"));
  out.u32(0x01000801);  // version 1: composition is signed; data offset and composition follow
  out.u32(1);
  out.u32(kMoof + 8);
  out.u32(static_cast<std::uint32_t>(sample.composition));
  out.u32(8 + sample.size);
  out.u32(flv::four_cc("mdat"));
  static_assert(std::endian::native == std::endian::little, "Fields::u32 turns bytes round");
  return header;
}

Bytes to_bytes(const Fragment& fragment) {
  Bytes bytes;
  bytes.reserve(fragment.header.size() + fragment.payload.bytes.size());
  bytes.insert(bytes.end(), fragment.header.begin(), fragment.header.end());
  bytes.insert(bytes.end(), fragment.payload.bytes.begin(), fragment.payload.bytes.end());
  return bytes;
}

}  // namespace so::fmp4
