#include "fmp4/muxer.h"

#include <doctest/doctest.h>

#include "stream.h"
#include "support/flv_file.h"

using namespace so;
using test::Stream;

TEST_CASE("muxer: sound and picture give one init segment, then a fragment a frame") {
  Stream s;
  CHECK(s.headers().empty());
  CHECK(s.key(1000).empty());
  CHECK(s.audio(1010) == "init 1 V A | V 0+33 key | A 480+1024");
  CHECK(s.inter(1040) == "V 33+47");
  CHECK(s.audio(1031) == "A 1504+1024");
  CHECK(s.inter(1080) == "V 80+40");
  CHECK(s.inter(1120) == "V 120+40");
}

TEST_CASE("muxer: sound from before the first picture is left out") {
  Stream s;
  s.headers();
  CHECK(s.audio(0).empty());
  CHECK(s.key(21) == "init 1 V A | V 0+33 key");
  CHECK(s.audio(11).empty());
  CHECK(s.audio(31) == "A 480+1024");
}

TEST_CASE("muxer: a picture whose sound was announced and never comes starts after half a second") {
  SUBCASE("of time stamps") {
    Stream s;
    s.headers();
    for (std::uint32_t t = 0; t < 480; t += 40) CHECK((t == 0 ? s.key(t) : s.inter(t)).empty());
    CHECK(s.inter(480).empty());
    const std::string out = s.inter(520);
    CHECK(out.starts_with("init 1 V | V 0+33 key | V 33+47 | V 80+40 |"));
    CHECK(out.ends_with("| V 520+40"));
  }
  SUBCASE("of the clock, when the time stamps stand still") {
    Stream s;
    s.headers();
    CHECK(s.key(0).empty());
    s.now += Millis{499};
    CHECK(s.inter(0).empty());
    s.now += Millis{1};
    CHECK(s.inter(0) == "init 1 V | V 0+33 key | V 33+1 | V 34+1");
  }
  SUBCASE("or when a lot has come") {
    Stream s{{.opening = {.bytes = 1000}}};
    s.headers();
    std::string out;
    for (std::uint32_t t = 0; out.empty() && t < 400; t += 10) out = t == 0 ? s.key(t) : s.inter(t);
    CHECK(out.starts_with("init 1 V | V 0+33 key"));
  }
}

TEST_CASE("muxer: a stream that stands at its first picture is shown") {
  Stream s;
  CHECK_FALSE(s.muxer.deadline());
  s.headers();
  s.audio(0);
  CHECK_FALSE(s.muxer.deadline());  // sound comes again, or there is nothing to show
  Stream still;
  still.headers();
  CHECK(still.key(0).empty());
  REQUIRE(still.muxer.deadline());
  CHECK(*still.muxer.deadline() == still.now + Millis{500});
  still.now += Millis{499};
  CHECK(still.tick().empty());
  still.now += Millis{1};
  CHECK(still.tick() == "init 1 V | V 0+33 key");
  CHECK_FALSE(still.muxer.deadline());
  CHECK(still.tick().empty());
  still.now += Seconds{10};
  CHECK(still.key(10'500) == "V 33+10500 key");
}

TEST_CASE("muxer: sound alone starts after half a second with the sound of now") {
  Stream s;
  s.audio_header(Stream::kMono);
  CHECK(s.audio(0).empty());
  CHECK(s.audio(23).empty());
  CHECK(s.audio(510) == "init 1 A | A 0+1024");
  CHECK(s.audio(533) == "A 1024+1024");
  CHECK(s.muxer.init()->mime == "audio/mp4; codecs=\"mp4a.40.2\"");
}

TEST_CASE("muxer: while pictures come but no key frame, sound waits longer") {
  Stream s;
  s.headers();
  CHECK(s.inter(0).empty());
  CHECK(s.audio(0).empty());
  CHECK(s.audio(9000).empty());
  SUBCASE("it comes") {
    CHECK(s.key(9010) == "init 1 V A | V 0+33 key");
  }
  SUBCASE("it does not") {
    CHECK(s.audio(10'001) == "init 1 A | A 0+1024");
  }
}

TEST_CASE("muxer: sound that starts later gets a new init segment") {
  Stream s;
  s.headers();
  s.key(0);
  s.now += Millis{500};
  s.inter(40);
  CHECK(s.inter(80) == "V 80+40");
  CHECK(s.audio(100) == "init 2 V A | A 4800+1024");
  CHECK(s.inter(120) == "V 120+40");
}

TEST_CASE("muxer: a track that falls silent leaves, and comes back") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  for (std::uint32_t t = 40; t <= 3000; t += 40) CHECK(s.inter(t).starts_with("V "));
  CHECK(s.inter(3040).starts_with("init 2 V | V 3040"));
  CHECK(s.audio(3050) == "init 3 V A | A 146400+1024");

  for (std::uint32_t t = 3060; t < 6060; t += 20)
    CHECK(s.audio(t).find("init") == std::string::npos);
  CHECK(s.audio(6060).starts_with("init 4 A"));
  CHECK(s.inter(6061).empty());  // its references are too old
  CHECK(s.key(6080) == "init 5 V A | V 6080+33 key");
}

TEST_CASE("muxer: the same headers again change nothing") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  CHECK(s.headers().empty());
  CHECK(s.inter(40) == "V 33+47");
}

TEST_CASE("muxer: another picture size waits for its key frame and continues") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  s.video_header(Stream::kLarge);
  CHECK(s.inter(40).empty());
  CHECK(s.audio(21) == "A 1024+1024");
  CHECK(s.key(80) == "init 2 V A same | V 33+127 key");
  CHECK(s.muxer.init()->tracks.front().width == 640);
}

TEST_CASE("muxer: another sound rate continues at the same time") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  s.audio_header(Stream::kMono);
  CHECK(s.audio(21) == "init 2 V A same | A 941+1024");  // 1024 of 48 kHz
}

TEST_CASE("muxer: a configuration that changes while the stream opens leaves nothing undecodable") {
  Stream s;
  s.headers();
  s.key(0);
  s.video_header(Stream::kLarge);
  CHECK(s.inter(40).empty());
  CHECK(s.audio(40).empty());
  CHECK(s.key(80) == "init 1 V A | V 0+33 key");
}

TEST_CASE("muxer: a header that comes after the first frames of the other kind loses nothing") {
  Stream s;
  s.video_header(Stream::kSmall);
  s.key(0);
  s.inter(40);
  s.audio_header(Stream::kStereo);
  CHECK(s.audio(42) == "init 1 V A | V 0+33 key | V 33+47 | A 2016+1024");
}

TEST_CASE("muxer: late frames leave no hole and cost no frame") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  for (std::uint32_t t = 40; t <= 400; t += 40) s.inter(t);
  CHECK(s.inter(1000) == "V 440+600");  // shown at once, until its own time is over
  CHECK(s.inter(1040) == "V 1040+40");
  CHECK(s.inter(1020) == "V 1080+1");  // early: the clock waits for it
  CHECK(s.inter(1160) == "V 1081+119");
}

TEST_CASE("muxer: a picture that stands still for long is no other clock") {
  Stream s;
  s.video_header(Stream::kSmall);
  s.key(0);
  s.now += Millis{500};
  s.inter(500);
  s.now += Seconds{20};
  CHECK(s.inter(20'500) == "V 1000+20000");
  CHECK(s.inter(120'500) == "jump 20600");
}

TEST_CASE("muxer: a frame rate that changes is followed") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  std::string out;
  for (std::uint32_t t = 16; t <= 320; t += 16) out = s.inter(t);
  CHECK(out == "V 320+16");
  for (std::uint32_t t = 420; t <= 1520; t += 100) out = s.inter(t);
  CHECK(out == "V 1520+100");
}

TEST_CASE("muxer: sound is counted in samples and only corrected when it is 40 ms off") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  CHECK(s.audio(21) == "A 1024+1024");
  CHECK(s.audio(43) == "A 2048+1024");
  CHECK(s.audio(104) == "A 3072+1024");  // 40 ms late
  CHECK(s.audio(126) == "A 4096+2976");  // 41 ms late: 1024 + 1952 to be where it should
  CHECK(s.audio(147) == "A 7072+1024");
  CHECK(s.audio(148) == "A 8096+1024");
  CHECK(s.audio(149).empty());  // 41 ms early
}

TEST_CASE("muxer: B-frames are shown when the publisher says") {
  Stream s;
  s.headers();
  s.key(0, 66);
  CHECK(s.audio(0) == "init 1 V A | V 0+33 cts 66 key | A 0+1024");
  CHECK(s.inter(33, 100) == "V 33+33 cts 100");
  CHECK(s.inter(67, 33) == "V 66+34 cts 34");
  CHECK(s.inter(100, 0) == "V 100+33");
  CHECK(s.inter(133, -200) == "V 133+33 cts -133");  // not before 0
}

TEST_CASE("muxer: a publisher that starts again continues with a key frame") {
  Stream s;
  s.headers();
  s.key(90'000);
  s.audio(90'000);
  s.inter(90'040);
  s.inter(90'080);
  CHECK(s.inter(0) == "jump 120");
  CHECK(s.audio(10) == "A 1024+6240");
  CHECK(s.key(40) == "V 120+80 key");
  CHECK(s.muxer.media_time(50) == 170);
}

TEST_CASE("muxer: another publisher may have other tracks") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  s.inter(40);
  s.muxer.restart();
  CHECK(s.inter(41) == "V: H.264 frames come before their configuration");
  s.video_header(Stream::kSmall);
  CHECK(s.key(50).empty());
  s.now += Millis{500};
  CHECK(s.inter(90) == "jump 80 | init 2 V | V 80+40 key | V 120+40");
}

TEST_CASE("muxer: lost tags keep the picture back until the next key frame") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  s.muxer.lost();
  CHECK(s.inter(40).empty());
  CHECK(s.audio(21) == "A 1024+1024");
  CHECK(s.key(80) == "V 33+127 key");
}

TEST_CASE("muxer: a configuration that is damaged is named, and its frames wait for a good one") {
  Stream s;
  CHECK(s.video(0, "17 00 000000 01f4").starts_with("V: "));
  CHECK(s.audio_tag(0, "af 00").starts_with("A: "));
  CHECK(s.key(0).empty());  // said already
  CHECK(s.audio(0).empty());
  s.headers();
  s.key(40);
  CHECK(s.audio(40) == "init 1 V A | V 0+33 key | A 0+1024");
  CHECK(s.video(80, "17 00 000000 01f4").starts_with("V: "));  // and of one that plays
  CHECK(s.inter(80).empty());
  CHECK(s.audio(61) == "A 1024+1024");
  s.video_header(Stream::kSmall);
  CHECK(s.key(120) == "V 33+127 key");
}

TEST_CASE("muxer: time stamps that wrap are no jump, in neither of the two ways") {
  for (const std::uint64_t wrap : {std::uint64_t{1} << 31U, std::uint64_t{1} << 32U}) {
    Stream s;
    s.headers();
    s.key(static_cast<std::uint32_t>(wrap - 80));
    s.audio(static_cast<std::uint32_t>(wrap - 80));
    s.inter(static_cast<std::uint32_t>(wrap - 40));
    CHECK(s.inter(0) == "V 80+40");
    CHECK(s.inter(40) == "V 120+40");
    CHECK(s.audio(0).find("jump") == std::string::npos);
  }
}

TEST_CASE("muxer: a damaged frame is named once and the picture waits for a key frame") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  CHECK(s.video(40, "27 01 000000 00000009 41") ==
        "V: reading NAL unit at 0: 9 bytes, only 1 left");
  CHECK(s.video(80, "27 01 0000").empty());
  CHECK(s.inter(120).empty());
  CHECK(s.key(160) == "V 33+287 key");
  CHECK(s.video(200, "27 01 0000") == "V: reading video header: cut off or reserved value");
  CHECK(s.audio_tag(30, "af 02") == "A: reading audio header: cut off or reserved value");
  CHECK(s.audio(31) == "A 1024+1024");
}

TEST_CASE("muxer: damage while the stream opens is not passed on either") {
  Stream s;
  s.headers();
  s.key(0);
  CHECK(s.video(40, "27 01 0000") == "V: reading video header: cut off or reserved value");
  CHECK(s.inter(80).empty());
  CHECK(s.audio(80).empty());
  CHECK(s.key(120) == "init 1 V A | V 0+33 key");
}

TEST_CASE("muxer: a key frame flag without IDR picture is not believed, nor its absence") {
  Stream s;
  s.headers();
  CHECK(s.video(0, "17 01 000000 00000002 419a").empty());
  CHECK(s.audio(10).empty());
  CHECK(s.video(40, "27 01 000000 00000002 6588") == "init 1 V A | V 0+33 key");
}

TEST_CASE("muxer: a codec that fMP4 cannot carry is named once, and the other track plays") {
  Stream s;
  s.audio_header(Stream::kStereo);
  CHECK(s.video(0, "90 76766331 01") == "V: VVC is not supported for fMP4");
  CHECK(s.video(0, "91 76766331 000000 01").empty());
  CHECK(s.audio(0) == "init 1 A | A 0+1024");
  CHECK(s.video(40, "14 01 000000 01").empty());
  CHECK(s.audio(21) == "A 1024+1024");

  Stream pictures;
  pictures.video_header(Stream::kSmall);
  CHECK(pictures.audio_tag(0, "72 fffb") == "A: legacy audio codec 7 is not supported for fMP4");
  CHECK(pictures.key(0) == "init 1 V | V 0+33 key");
}

TEST_CASE("muxer: extra tracks are left out, wrapped first tracks are not") {
  Stream s;
  s.video(0, std::string{"96 00 61766331 00"} + Stream::kSmall);
  s.audio_header(Stream::kStereo);
  CHECK(s.video(0, "96 03 61766331 01 00000002 6588").empty());
  CHECK(s.video(0, "96 03 61766331 00 00000002 6588").empty());
  CHECK(s.audio(0) == "init 1 V A | V 0+33 key | A 0+1024");
  CHECK(s.audio_tag(10, "95 01 6d703461 01 2110").empty());
  CHECK(s.video(40, "96 11 61766331 00000001 aa") ==
        "V: several tracks in a packet are not supported for fMP4 yet");
}

TEST_CASE("muxer: what shows nothing makes no fragment") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  for (const char* body : {"", "17", "27 01 000000", "27 01 000000 00000002 0605", "57 00",
                           "17 02 000000", "d4 61766331 020009"}) {
    CHECK_MESSAGE(s.video(40, body).empty(), body);
  }
  for (const char* body : {"", "af", "af 01", "94 6d703461 010100000004"}) {
    CHECK_MESSAGE(s.audio_tag(21, body).empty(), body);
  }
  CHECK(s.feed(flv::TagType::kScript, 40, "02").empty());
}

TEST_CASE("muxer: frames before their header show nothing, and that is said once") {
  Stream s;
  CHECK(s.key(0) == "V: H.264 frames come before their configuration");
  CHECK(s.audio(0) == "A: AAC frames come before their configuration");
  CHECK(s.inter(21).empty());
  s.headers();
  CHECK(s.audio(21).empty());
  CHECK(s.key(40) == "init 1 V A | V 0+33 key");
}

TEST_CASE("muxer: recordings come out whole and flawless") {
  struct Case {
    std::string name;
    std::size_t video;
    std::size_t audio;
    const char* mime;
  };
  for (const Case& c :
       {Case{"h264_aac_160x90_1s", 25, 47, "video/mp4; codecs=\"avc1.f4000b,mp4a.40.2\""},
        Case{"h264_bframes_aac_160x90_2s", 60, 88,
             "video/mp4; codecs=\"avc1.64000b,mp4a.40.2\""}}) {
    CAPTURE(c.name);
    Stream s;
    for (const auto& tag : test::flv_tags(c.name)) {
      const std::string out = s.feed(tag.type, tag.timestamp, test::to_hex(tag.body));
      CHECK_MESSAGE(out.find(": ") == std::string::npos, out);
      CHECK_MESSAGE(out.find("jump") == std::string::npos, out);
    }
    CHECK(s.checker.samples(true) == c.video);
    CHECK(s.checker.samples(false) == c.audio);
    CHECK(s.muxer.init()->mime == c.mime);
  }
}

TEST_CASE("muxer: who joins a recording at any frame gets a flawless stream") {
  for (const std::string name : {"h264_aac_160x90_1s", "h264_bframes_aac_160x90_2s"}) {
    CAPTURE(name);
    fmp4::Muxer muxer;
    std::vector<test::Fmp4Checker> viewers;
    for (const auto& tag : test::flv_tags(name)) {
      for (const fmp4::Event& event : muxer.feed(tag.view(), nullptr, {})) {
        const auto* const fragment = std::get_if<fmp4::Fragment>(&event);
        if (fragment == nullptr) continue;
        for (auto& viewer : viewers) REQUIRE(viewer.check(fmp4::to_bytes(*fragment)));
      }
      if (muxer.init() == nullptr) continue;
      auto& joining = viewers.emplace_back(test::Fmp4Checker::From::kJoin);
      REQUIRE(joining.check(muxer.init()->bytes));
      for (const fmp4::Fragment& f : muxer.burst()) REQUIRE(joining.check(fmp4::to_bytes(f)));
      CHECK(joining.samples(true) > 0);
    }
    CHECK(viewers.size() > 70);
  }
}

TEST_CASE("muxer: the burst for who joins goes with the picture") {
  Stream s;
  s.headers();
  s.key(0);
  s.audio(0);
  CHECK(s.muxer.burst().size() == 1);
  for (std::uint32_t t = 21; t < 3000; t += 21) s.audio(t);
  CHECK(s.muxer.burst().size() == 1);
  CHECK(s.audio(3001).starts_with("init 2 A"));
  CHECK(s.muxer.burst().empty());
}
