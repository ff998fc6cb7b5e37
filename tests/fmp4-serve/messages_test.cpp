#include "messages.h"

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("the texts of scopewire.fmp4.v1") {
  fmp4::InitSegment init;
  init.version = 2;
  init.mime = R"(video/mp4; codecs="avc1.42c01f,mp4a.40.2")";
  fmp4::Track video;
  video.id = fmp4::TrackId::kVideo;
  video.timescale = 1000;
  video.codec = "avc1.42c01f";
  video.width = 1280;
  video.height = 720;
  fmp4::Track audio;
  audio.id = fmp4::TrackId::kAudio;
  audio.timescale = 48000;
  audio.codec = "mp4a.40.2";
  audio.channels = 2;
  init.tracks = {video, audio};
  CHECK(fmp4serve::init_message("/live/cam", init, 12.345, 61234)
            .find(R"("start":12.345,"timestamp":61234,"tracks":[)") != std::string::npos);
  CHECK(fmp4serve::init_message("/live/cam", init, 12.345, std::nullopt) ==
        R"({"type":"init","stream":"/live/cam","epoch":2,)"
        R"("mime":"video/mp4; codecs=\"avc1.42c01f,mp4a.40.2\"","start":12.345,"tracks":[)"
        R"({"id":1,"kind":"video","codec":"avc1.42c01f","width":1280,"height":720},)"
        R"({"id":2,"kind":"audio","codec":"mp4a.40.2","rate":48000,"channels":2}]})");
  CHECK(fmp4serve::waiting_message("/live/cam") == R"({"type":"waiting","stream":"/live/cam"})");
  CHECK(fmp4serve::metadata_message(12.5, 61234, R"({"a":1})") ==
        R"({"type":"metadata","time":12.5,"timestamp":61234,"data":{"a":1}})");
  CHECK(fmp4serve::skipped_message(14, 16.5) == R"({"type":"skipped","from":14,"to":16.5})");
  CHECK(fmp4serve::notice_message("no \"sound\"") == R"({"type":"notice","text":"no \"sound\""})");
  CHECK(fmp4serve::restart_message(80.5, 40) == R"({"type":"restart","time":80.5,"timestamp":40})");
  CHECK(fmp4serve::end_message() == R"({"type":"end"})");
}

TEST_CASE("EvoStream's metadata is a byte that begins no box, and JSON in a string") {
  CHECK(fmp4serve::plain_metadata(61234, R"({"a":1})") ==
        "\xEE"
        R"({"timestamp":61234,"data":"{\"a\":1}"})");
}
