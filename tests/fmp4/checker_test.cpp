// The strict checker is only worth something if it sees what browsers and tools let pass: here it
// is given a stream with one fault after the other.
#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "base/cursor.h"
#include "base/writer.h"
#include "fmp4/muxer.h"
#include "support/flv_file.h"
#include "support/fmp4_checker.h"

using namespace so;
using test::Fmp4Checker;

namespace {

using Messages = std::vector<Bytes>;  // init, picture, sound, sound, picture ...

Messages recording() {
  Messages messages;
  fmp4::Muxer muxer;
  for (const auto& tag : test::flv_tags("h264_aac_160x90_1s")) {
    for (const fmp4::Event& event : muxer.feed(tag.view(), nullptr, {})) {
      if (const auto* init = std::get_if<fmp4::InitSegment>(&event))
        messages.push_back(init->bytes);
      if (const auto* f = std::get_if<fmp4::Fragment>(&event))
        messages.push_back(fmp4::to_bytes(*f));
    }
  }
  return messages;
}

std::string verdict(const Messages& messages) {
  Fmp4Checker checker;
  for (const Bytes& message : messages) {
    if (auto status = checker.check(message); !status) return status.error().text;
  }
  return "flawless";
}

// Offsets in a fragment (fragment.cpp draws it).
constexpr std::size_t kSequence = 20;
constexpr std::size_t kTfhdFlags = 40;
constexpr std::size_t kTrack = 44;
constexpr std::size_t kDuration = 48;
constexpr std::size_t kSampleFlags = 56;
constexpr std::size_t kTfdt = 64;
constexpr std::size_t kTfdtVersion = 68;
constexpr std::size_t kTimeLow = 76;
constexpr std::size_t kTrunVersion = 88;
constexpr std::size_t kDataOffset = 96;
constexpr std::size_t kComposition = 100;
constexpr std::size_t kMdat = 104;
constexpr std::size_t kPayload = 112;

void set(Bytes& bytes, std::size_t offset, std::uint32_t value) {
  Writer{bytes}.patch_u32(offset, value);
}
bool is_video(const Bytes& fragment) {
  return fragment.at(kTrack + 3) == 1;
}
/// Where the body of the nth box with that type begins.
std::size_t body_of(const Bytes& bytes, std::string_view type, int nth = 1) {
  std::size_t at = 0;
  for (; nth > 0; --nth) at = as_text(bytes).find(type, at) + 4;
  return at;
}

/// Gives all NAL units of a picture this first byte.
void rename_units(Bytes& fragment, std::uint8_t first) {
  for (std::size_t at = kPayload; at < fragment.size();) {
    Cursor length{ByteView{fragment}.subspan(at)};
    fragment.at(at + 4) = first;
    at += 4 + length.u32();
  }
}

struct Mutation {
  std::string name;
  std::function<void(Messages&)> apply;
  std::string verdict;
};

const std::vector<Mutation> fragment_faults{
    {"data offset off by four", [](Messages& m) { set(m[3], kDataOffset, 116); },
     "trun: data offset 116, expected 112"},
    {"tfdt missing", [](Messages& m) { set(m[3], kTfdt, 0x66726565); },
     "traf: 0 boxes 'tfdt', not one"},
    {"tfdt of 32 bits", [](Messages& m) { m[3][kTfdtVersion] = 0; }, "tfdt: not 64 bits"},
    {"tfdt 31 s ahead", [](Messages& m) { set(m[4], kTimeLow, 31000); },
     "track 1: sample at 31000, the one before ended at 33"},
    {"tfdt back to 0", [](Messages& m) { set(m.back(), kTimeLow, 0); },
     "track 2: sample at 0, the one before ended at 47104"},
    {"the same sequence number", [](Messages& m) { set(m[2], kSequence, 1); },
     "mfhd: sequence number 1 after 1"},
    {"a sequence number left out", [](Messages& m) { set(m[2], kSequence, 3); },
     "mfhd: sequence number 3 after 1"},
    {"every picture sync",
     [](Messages& m) {
       for (std::size_t i = 1; i < m.size(); ++i) set(m[i], kSampleFlags, 0x02000000);
     },
     "track 1: sync flag does not say what the picture is"},
    {"no picture sync", [](Messages& m) { set(m[1], kSampleFlags, 0x01010000); },
     "track 1: sync flag does not say what the picture is"},
    {"sound that is not sync", [](Messages& m) { set(m[2], kSampleFlags, 0x01010000); },
     "track 2: audio sample that is not sync"},
    {"duration 0", [](Messages& m) { set(m[3], kDuration, 0); },
     "track 2: sample without duration"},
    {"duration one tick short", [](Messages& m) { set(m[2], kDuration, 1023); },
     "track 2: sample at 1024, the one before ended at 1023"},
    {"unknown track", [](Messages& m) { set(m[2], kTrack, 3); },
     "tfhd: track 3 is not in the init segment"},
    {"offsets not from the moof", [](Messages& m) { m[2][kTfhdFlags + 1] = 0; },
     "tfhd: offsets do not count from the moof"},
    {"shown before 0", [](Messages& m) { set(m[1], kComposition, 0xFFFFFFFF); },
     "track 1: presented before 0"},
    {"shown before it is decoded, in a trun of version 0",
     [](Messages& m) {
       m[3][kTrunVersion] = 0;
       set(m[3], kComposition, 0xFFFFFFFF);
     },
     "trun: version 0, in which no composition is negative"},
    {"mdat short", [](Messages& m) { set(m[1], kMdat, 108); },
     "stream: box 'ttp:' of 539828328 bytes at 212 does not fit"},
    {"payload short",
     [](Messages& m) {
       m[2].resize(kPayload + 50);
       set(m[2], kMdat, 58);
     },
     "mdat: shorter than its samples"},
    {"payload long",
     [](Messages& m) {
       m[2].push_back(0);
       set(m[2], kMdat, static_cast<std::uint32_t>(m[2].size() - kMdat));
     },
     "mdat: 281 bytes, its samples have 280"},
    {"last fragment cut off", [](Messages& m) { m.back().resize(150); },
     "stream: box 'mdat' of 163 bytes at 104 does not fit"},
    {"mdat missing", [](Messages& m) { m[1].resize(kMdat); }, "stream: 'moof' comes last"},
    {"NAL unit length wrong", [](Messages& m) { m[1][kPayload + 3] ^= 1U; },
     "NAL unit lengths do not add up to the sample"},
    {"access unit delimiter left in", [](Messages& m) { m[1][kPayload + 4] = 9; },
     "NAL unit type 9 does not belong into a sample"},
    {"a picture of another codec",  // the first byte of an IDR picture of HEVC
     [](Messages& m) { rename_units(m[1], 0x26); }, "a sample of AVC without a picture"},
    {"begins without a key frame",
     [](Messages& m) {
       m.erase(m.begin() + 1);
       for (std::size_t i = 1; i < m.size(); ++i)
         set(m[i], kSequence, static_cast<std::uint32_t>(i));
     },
     "track 1: does not begin with a key frame"},
    {"a fragment before the init segment", [](Messages& m) { std::swap(m[0], m[1]); },
     "tfhd: track 1 is not in the init segment"},
    {"lost pictures",
     [](Messages& m) {
       Messages kept;
       int pictures = 0;
       for (Bytes& message : m) {
         if (message[4] == 'm' && is_video(message) && ++pictures > 5 && pictures < 15) continue;
         kept.push_back(message);
         if (kept.size() > 1)
           set(kept.back(), kSequence, static_cast<std::uint32_t>(kept.size() - 1));
       }
       m = kept;
     },
     "track 1: sample at 560, the one before ended at 200"},
};

const std::vector<Mutation> init_faults{
    {"movie duration", [](Messages& m) { set(m[0], body_of(m[0], "mvhd") + 16, 6000); },
     "mvhd: duration is 6000, not 0"},
    {"track duration", [](Messages& m) { set(m[0], body_of(m[0], "tkhd") + 20, 6000); },
     "tkhd: duration is 6000, not 0"},
    {"media duration", [](Messages& m) { set(m[0], body_of(m[0], "mdhd") + 16, 6000); },
     "mdhd: duration is 6000, not 0"},
    {"no mvex", [](Messages& m) { set(m[0], body_of(m[0], "mvex") - 4, 0x66726565); },
     "init segment/moov: 0 boxes 'mvex', not one"},
    {"trex of the sound missing",
     [](Messages& m) {
       const std::size_t box = body_of(m[0], "trex", 2) - 8;
       m[0].resize(box);  // it is the last
       for (const char* const around : {"mvex", "moov"}) {
         const std::size_t at = body_of(m[0], around) - 8;
         set(m[0], at, static_cast<std::uint32_t>(box - at));
       }
     },
     "mvex: not one trex for each track"},
    {"trex of another track", [](Messages& m) { set(m[0], body_of(m[0], "trex", 2) + 4, 3); },
     "mvex: trex of no track"},
    {"the same track twice", [](Messages& m) { set(m[0], body_of(m[0], "tkhd", 2) + 12, 1); },
     "moov: track 1 twice"},
    {"samples in the table", [](Messages& m) { set(m[0], body_of(m[0], "stts") + 4, 1); },
     "stts is 1, not 0"},
    {"avcC with another profile than its SPS",
     [](Messages& m) { m[0][body_of(m[0], "avcC") + 1] = 66; }, "avcC: not what its SPS says"},
    {"picture size", [](Messages& m) { m[0][body_of(m[0], "avc1") + 25] = 161; },
     "avc1: 161x90, but the SPS says 160x90"},
    {"sound timescale", [](Messages& m) { set(m[0], body_of(m[0], "mdhd", 2) + 12, 44100); },
     "mp4a: rate 0xbb800000, expected 0xac440000"},
    {"sound configuration with another rate",
     [](Messages& m) {
       m[0][body_of(m[0], "esds") + 26] = 0x12, m[0][body_of(m[0], "esds") + 27] = 8;
     },
     "esds: 44100 Hz, but the timescale is 48000"},
    {"esds that does not add up", [](Messages& m) { m[0][body_of(m[0], "esds") + 5] ^= 1U; },
     "esds: descriptor 3 does not fit"},
    {"moov longer than what is there", [](Messages& m) { m[0].pop_back(); },
     "stream: box 'moov' of 1069 bytes at 28 does not fit"},
};

}  // namespace

TEST_CASE("checker: what the muxer makes of a recording is flawless") {
  CHECK(verdict(recording()) == "flawless");
}

TEST_CASE("checker: faults of fragments are seen and named") {
  const Messages flawless = recording();
  for (const Mutation& fault : fragment_faults) {
    Messages messages = flawless;
    fault.apply(messages);
    CHECK_MESSAGE(verdict(messages) == fault.verdict, fault.name);
  }
}

TEST_CASE("checker: faults of init segments are seen and named") {
  const Messages flawless = recording();
  for (const Mutation& fault : init_faults) {
    Messages messages = flawless;
    fault.apply(messages);
    CHECK_MESSAGE(verdict(messages) == fault.verdict, fault.name);
  }
}

TEST_CASE("checker: the codec string follows the boxes, so a wrong one is noticed") {
  Messages messages = recording();
  Fmp4Checker checker;
  REQUIRE(checker.check(messages[0]));
  CHECK(checker.mime() == "video/mp4; codecs=\"avc1.f4000b,mp4a.40.2\"");
  const std::size_t avcc = body_of(messages[0], "avcC");
  messages[0][avcc + 3] = messages[0][avcc + 11] = 0x1F;  // record and SPS
  REQUIRE(checker.check(messages[0]));
  CHECK(checker.mime() == "video/mp4; codecs=\"avc1.f4001f,mp4a.40.2\"");
}

TEST_CASE("checker: who joins does not see every sequence number, but never one twice") {
  const Messages messages = recording();
  for (const auto from : {Fmp4Checker::From::kStart, Fmp4Checker::From::kJoin}) {
    const bool joins = from == Fmp4Checker::From::kJoin;
    Fmp4Checker checker{from};
    REQUIRE(checker.check(messages[0]));
    Bytes later = messages[1];
    set(later, kSequence, 9);
    CHECK(checker.check(later).has_value() == joins);
    if (joins) CHECK_FALSE(checker.check(later));
  }
}
