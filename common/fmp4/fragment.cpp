#include "fmp4/fragment.h"

namespace so::fmp4 {
namespace {

constexpr std::uint32_t kMoof = 104;
constexpr std::uint32_t kSyncSample = 0x02000000;     // depends on no other
constexpr std::uint32_t kNonSyncSample = 0x01010000;  // depends on others, is not a sync sample

// Where the fields of a sample lie, in bytes.
constexpr std::size_t kSequence = 20;
constexpr std::size_t kTrack = 44;
constexpr std::size_t kDuration = 48;
constexpr std::size_t kSize = 52;
constexpr std::size_t kFlags = 56;
constexpr std::size_t kTime = 72;
constexpr std::size_t kComposition = 100;
constexpr std::size_t kMdatSize = 104;

constexpr void put(FragmentHeader& out, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    out[at + i] = static_cast<std::uint8_t>(value >> (24U - 8U * i));
  }
}

// ISO/IEC 14496-12, 8.8: the fields of one sample as defaults of the track fragment, so that the
// run has nothing to add but where the bytes are and when to show them. Those that differ from
// sample to sample are 0 here.
constexpr FragmentHeader make_blank() {
  constexpr std::array<std::uint32_t, 28> kWords{
      kMoof, flv::four_cc("moof"),                            //
      16, flv::four_cc("mfhd"), 0, 0,                         // sequence
      80, flv::four_cc("traf"),                               //
      28, flv::four_cc("tfhd"), 0x00020038, 0, 0, 0, 0,       // offsets count from the moof; track;
                                                              // default duration, size and flags
      20, flv::four_cc("tfdt"), 0x01000000, 0, 0,             // version 1: 64 bits
      24, flv::four_cc("trun"), 0x01000801, 1, kMoof + 8, 0,  // version 1: composition is signed;
                                                              // one sample, data offset
      0, flv::four_cc("mdat")};
  FragmentHeader header{};
  for (std::size_t i = 0; i < kWords.size(); ++i) put(header, 4 * i, kWords.at(i));
  return header;
}

}  // namespace

FragmentHeader fragment_header(const Sample& sample) {
  static constexpr FragmentHeader kBlank = make_blank();
  FragmentHeader header = kBlank;
  put(header, kSequence, sample.sequence);
  put(header, kTrack, static_cast<std::uint32_t>(sample.track));
  put(header, kDuration, sample.duration);
  put(header, kSize, sample.size);
  put(header, kFlags, sample.sync ? kSyncSample : kNonSyncSample);
  put(header, kTime, static_cast<std::uint32_t>(sample.dts >> 32U));
  put(header, kTime + 4, static_cast<std::uint32_t>(sample.dts));
  put(header, kComposition, static_cast<std::uint32_t>(sample.composition));
  put(header, kMdatSize, 8 + sample.size);
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
