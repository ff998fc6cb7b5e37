#include "fmp4/fragment.h"

#include <algorithm>

#include "fmp4/box_writer.h"

namespace so::fmp4 {
namespace {

constexpr std::uint32_t kMoof = 104;
constexpr std::uint32_t kSyncSample = 0x02000000;     // depends on no other
constexpr std::uint32_t kNonSyncSample = 0x01010000;  // depends on others, is not a sync sample

constexpr std::uint32_t flags_of(const Sample& sample) {
  return sample.sync ? kSyncSample : kNonSyncSample;
}

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

// tfhd track:32 | tfdt time:64 | trun count:32 offset:32 {duration:32 size:32 flags:32
// composition:32}
// Returns where the offset is, to be written when the size of the moof is known.
std::size_t write_run(Writer& out, std::span<const Sample> samples) {
  constexpr std::uint32_t kBaseIsMoof = 0x020000;
  constexpr std::uint32_t kFields = 0x000F01;  // offset; duration, size, flags, composition of each
  std::size_t offset = 0;
  box(out, "traf", [&] {
    box(out, "tfhd", Full{.flags = kBaseIsMoof},
        [&] { out.u32(static_cast<std::uint32_t>(samples.front().track)); });
    box(out, "tfdt", Full{.version = 1}, [&] { out.u64(samples.front().dts); });
    box(out, "trun", Full{.version = 1, .flags = kFields}, [&] {
      out.u32(static_cast<std::uint32_t>(samples.size()));
      offset = out.at();
      out.u32(0);
      for (const Sample& sample : samples) {
        out.u32(sample.duration);
        out.u32(sample.size);
        out.u32(flags_of(sample));
        out.u32(static_cast<std::uint32_t>(sample.composition));
      }
    });
  });
  return offset;
}

std::uint32_t bytes_of(std::span<const Sample> samples) {
  std::uint32_t bytes = 0;
  for (const Sample& sample : samples) bytes += sample.size;
  return bytes;
}

}  // namespace

Bytes fragment_header(std::span<const Sample> samples, std::uint32_t sequence) {
  if (samples.size() == 1) {
    Sample alone = samples.front();
    alone.sequence = sequence;
    const FragmentHeader header = fragment_header(alone);
    return {header.begin(), header.end()};
  }
  const auto other = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
    return sample.track != samples.front().track;
  });
  const auto first = samples.first(static_cast<std::size_t>(other - samples.begin()));
  const auto second = samples.subspan(first.size());
  Bytes bytes;
  Writer out{bytes};
  std::size_t first_offset = 0;
  std::size_t second_offset = 0;
  box(out, "moof", [&] {
    box(out, "mfhd", Full{}, [&] { out.u32(sequence); });
    first_offset = write_run(out, first);
    if (!second.empty()) second_offset = write_run(out, second);
  });
  const auto media = static_cast<std::uint32_t>(out.at() + 8);
  out.patch_u32(first_offset, media);
  if (!second.empty()) out.patch_u32(second_offset, media + bytes_of(first));
  out.u32(8 + bytes_of(samples));
  out.text("mdat");
  return bytes;
}

FragmentHeader fragment_header(const Sample& sample) {
  static constexpr FragmentHeader kBlank = make_blank();
  FragmentHeader header = kBlank;
  put(header, kSequence, sample.sequence);
  put(header, kTrack, static_cast<std::uint32_t>(sample.track));
  put(header, kDuration, sample.duration);
  put(header, kSize, sample.size);
  put(header, kFlags, flags_of(sample));
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
