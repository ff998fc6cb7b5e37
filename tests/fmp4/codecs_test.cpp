// Streams of every codec, in the words of stream.h. The strict checker reads all that comes out.
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "stream.h"

using namespace so;
using test::Stream;

namespace {

constexpr const char* kHevc =
    "01 04 08000000 9e0800000000 1e f000 fc ff f8 f8 0000 0f 03"
    "a0 0001 0017 40010c01ffff0408000003009e0800000300001e959009"
    "a1 0001 002d 4201010408000003009e0800000300001e9002840c3e7cb2b225261780b7020200040000030004"
    "000003006420 a2 0001 0008 4401c07318300890";

struct Video {
  const char* name;
  std::string head, key, inter, codec;
};
const std::array<Video, 3> kVideo{{
    {"hevc", std::string{"90 68766331"} + kHevc, "91 68766331 000000 00000003 2601aa",
     "a1 68766331 000000 00000003 0201aa", "hvc1.4.10.L30.9E.8"},
    {"av1", "90 61763031 81000c00 0a0b 020000051da7ec805f0008", "91 61763031 1200 3202 10bb",
     "a1 61763031 1200 3202 30bb", "av01.0.00M.08"},
    {"vp9", "90 76703039 01000000 000a820202020000", "91 76703039 82498342 0009f0059 0000000",
     "a1 76703039 86 00", "vp09.00.10.08"},
}};

struct Audio {
  const char* name;
  std::string head, frame, codec, first;
};
const std::array<Audio, 6> kAudio{{
    {"aac", "90 6d703461 1190", "91 6d703461 2110", "mp4a.40.2", "A 480+1024"},
    {"opus", "90 4f707573 4f70757348656164 01 02 3801 80bb0000 0000 00", "91 4f707573 f8aa", "opus",
     "A 480+960"},
    {"flac", "90 664c6143 0400000000000000 0815 0bb800f000000000 00000000000000000000000000000000",
     "91 664c6143 fff8aa08 0011", "flac", "A 480+1024"},
    {"mp3", "", "2f fffb9464 0011", "mp3", "A 480+1152"},
    {"ac3", "", "91 61632d33 0b77480d0c402f842bc1", "ac-3", "A 480+1536"},
    {"eac3", "", "91 65632d33 0b7700bf3287c0002106", "ec-3", "A 480+1536"},
}};

}  // namespace

TEST_CASE("codecs: every picture with every sound") {
  for (const Video& v : kVideo) {
    for (const Audio& a : kAudio) {
      CAPTURE(v.name);
      CAPTURE(a.name);
      Stream s;
      CHECK(s.video(0, v.head).empty());
      CHECK(s.audio_tag(0, a.head.empty() ? "" : a.head).empty());
      CHECK(s.video(0, v.key).empty());
      CHECK(s.audio_tag(10, a.frame) == "init 1 V A | V 0+33 key | " + a.first);
      CHECK(s.video(40, v.inter) == "V 33+47");
      REQUIRE(s.muxer.init() != nullptr);
      CHECK(s.muxer.init()->mime == "video/mp4; codecs=\"" + v.codec + "," + a.codec + "\"");
      CHECK(s.muxer.init()->tracks.front().width == 160);
    }
  }
}

TEST_CASE("codecs: a key frame flag that is not true is not believed, whatever the codec") {
  for (const Video& v : kVideo) {
    CAPTURE(v.name);
    Stream s;
    s.video(0, v.head);
    s.audio_header(Stream::kStereo);
    std::string flagged = v.inter;
    flagged.front() = '9';
    CHECK(s.video(0, flagged).empty());
    CHECK(s.audio(0).empty());
    CHECK(s.video(40, v.key) == "init 1 V A | V 0+33 key");
  }
}

TEST_CASE("codecs: another codec in the middle of a stream begins the picture anew") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  CHECK(s.video(40, kVideo[0].head).empty());
  CHECK(s.inter(40) == "V: H.264 frames come before their configuration");
  CHECK(s.video(80, kVideo[0].key) == "init 2 V A | V 33+127 key");
  s.video_header(Stream::kSmall);
  CHECK(s.key(120).starts_with("init 3 V A | V "));
}

TEST_CASE("codecs: VP9 says its size in key frames, and another size is another init segment") {
  Stream s;
  s.video(0, kVideo[2].head);
  s.audio_header(Stream::kStereo);
  s.video(0, kVideo[2].key);
  CHECK(s.audio(0) == "init 1 V A | V 0+33 key | A 0+1024");
  CHECK(s.video(40, "91 76703039 82498342 0013f00b3 0000000") == "init 2 V A same | V 33+47 key");
  CHECK(s.muxer.init()->tracks.front().width == 320);
  CHECK(s.muxer.init()->tracks.front().height == 180);
}

TEST_CASE("codecs: frames of Opus that last longer or shorter lie end to end") {
  Stream s;
  s.audio_tag(0, kAudio[1].head);
  s.audio_tag(0, "91 4f707573 f8aa");
  s.now += Millis{500};
  CHECK(s.audio_tag(20, "91 4f707573 f8aa") == "init 1 A | A 0+960");
  CHECK(s.audio_tag(40, "91 4f707573 f9aa") == "A 960+1920");
  CHECK(s.audio_tag(80, "91 4f707573 e0aa") == "A 2880+120");
  CHECK(s.audio_tag(82, "91 4f707573 fb00") == "A: a damaged Opus frame");
  CHECK(s.audio_tag(83, "91 4f707573 f8aa") == "A 3000+960");
}

TEST_CASE(
    "codecs: a configuration that is broken is named, and the picture waits for a whole one") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  CHECK(s.video(40, "90 68766331 0104") == "V: reading hevc configuration: cut off");
  CHECK(s.video(40, "91 68766331 000000 00000003 2601aa").empty());
  CHECK(s.audio(21) == "A 1024+1024");
  s.video(80, kVideo[0].head);
  CHECK(s.video(80, kVideo[0].key).starts_with("init 2 V A | V "));
}

TEST_CASE(
    "codecs: a configuration that breaks while the stream opens takes nothing that was heard") {
  Stream s;
  s.headers();
  CHECK(s.audio(0).empty());
  CHECK(s.audio_tag(10, "90 4f707573 00").starts_with("A: reading opus configuration"));
  CHECK(s.key(20) == "init 1 V A | V 0+33 key");
  CHECK(s.audio_tag(30, "91 4f707573 f8aa").empty());
  s.audio_tag(40, kAudio[1].head);
  CHECK(s.audio_tag(50, "91 4f707573 f8aa").starts_with("init 2 V A | A "));
}
