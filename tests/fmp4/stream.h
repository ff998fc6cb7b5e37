#pragma once

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fmp4/muxer.h"
#include "support/fmp4_checker.h"
#include "support/hex.h"

namespace so::test {

/// A publisher in a few words. Every call answers what came out, in words too, and everything that
/// comes out is judged by the strict checker:
///   "init 1 V A"        version and tracks; "same" if the player need not begin anew
///   "V 40+40 key"       dts + duration; "cts 66" if it is shown later
///   "A 1024+1024"       in samples
///   "jump 80"           a discontinuity, ms of the media clock
///   "V: ..."            a notice
class Stream {
 public:
  fmp4::Muxer muxer;
  Fmp4Checker checker;
  TimePoint now;

  explicit Stream(const fmp4::Muxer::Options& options = {}) : muxer(options) {}

  // 162x90 High and 640x360 Main; 48 kHz stereo, 44.1 kHz mono
  static constexpr const char* kSmall =
      "0164000bffe100196764000bf3650b378f9f016c800000030080000019078a14cb01000568ebe3cb20";
  static constexpr const char* kLarge =
      "014d401effe10018674d401eeca05017fcb80880000003008000001e078b16cb01000568ebe3cb20";
  static constexpr const char* kStereo = "1190";
  static constexpr const char* kMono = "1208";

  std::string headers() { return video_header(kSmall) + audio_header(kStereo); }
  std::string video_header(const char* record) {
    return video(0, "17 00 000000" + std::string{record});
  }
  std::string audio_header(const char* record) {
    return audio_tag(0, "af 00" + std::string{record});
  }
  std::string key(std::uint32_t ms, int cts = 0) {
    return frame(ms, "17 01", cts, "00000003 658884");
  }
  std::string inter(std::uint32_t ms, int cts = 0) {
    return frame(ms, "27 01", cts, "00000002 419a");
  }
  std::string audio(std::uint32_t ms) { return audio_tag(ms, "af 01 2110"); }

  std::string video(std::uint32_t ms, const std::string& hex) {
    return feed(flv::TagType::kVideo, ms, hex);
  }
  std::string audio_tag(std::uint32_t ms, const std::string& hex) {
    return feed(flv::TagType::kAudio, ms, hex);
  }
  std::string tick() { return say(muxer.tick(now)); }
  std::string feed(flv::TagType type, std::uint32_t ms, const std::string& hex) {
    const SharedView body = share(from_hex(hex));
    return say(muxer.feed({type, ms, body.bytes}, body.owner, now));
  }

 private:
  std::string frame(std::uint32_t ms, const char* head, int cts, const char* units) {
    return video(ms,
                 fmt::format("{} {:06x} {}", head, static_cast<unsigned>(cts) & 0xFFFFFFU, units));
  }

  std::string say(std::span<const fmp4::Event> events) {
    std::string text;
    for (const fmp4::Event& event : events) {
      if (!text.empty()) text += " | ";
      text += std::visit([this](const auto& e) { return this->word(e); }, event);
    }
    return text;
  }

  std::string word(const fmp4::InitSegment& init) {
    judge(init.bytes);
    CHECK(checker.mime() == init.mime);
    REQUIRE(muxer.init() != nullptr);
    CHECK(muxer.init()->version == init.version);
    std::string text = fmt::format("init {}", init.version);
    for (const auto& t : init.tracks) text += t.id == fmp4::TrackId::kVideo ? " V" : " A";
    return text + (init.same_tracks ? " same" : "");
  }
  std::string word(const fmp4::Fragment& fragment) {
    judge(fmp4::to_bytes(fragment));
    const fmp4::Sample& s = fragment.sample;
    const bool video = s.track == fmp4::TrackId::kVideo;
    std::string text = fmt::format("{} {}+{}", video ? "V" : "A", s.dts, s.duration);
    if (s.composition != 0) text += fmt::format(" cts {}", s.composition);
    return text + (video && s.sync ? " key" : "");
  }
  static std::string word(const fmp4::Discontinuity& jump) {
    return fmt::format("jump {}", jump.media_ms);
  }
  static std::string word(const fmp4::Notice& notice) {
    return (notice.track == fmp4::TrackId::kVideo ? "V: " : "A: ") + notice.text;
  }

  void judge(ByteView bytes) {
    const auto verdict = checker.check(bytes);
    CHECK_MESSAGE(verdict.has_value(), (verdict ? "" : verdict.error().text));
  }
};

}  // namespace so::test
