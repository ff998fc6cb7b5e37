#include "messages.h"

#include "json/write.h"

namespace so::fmp4serve {
namespace {

json::Writer message(std::string_view type) {
  json::Writer text;
  text.object().key("type").string(type);
  return text;
}

void write_track(json::Writer& text, const fmp4::Track& track) {
  const bool video = track.id == fmp4::TrackId::kVideo;
  text.object().key("id").natural(static_cast<std::uint32_t>(track.id));
  text.key("kind").string(video ? "video" : "audio").key("codec").string(track.codec);
  if (video) {
    text.key("width").natural(track.width).key("height").natural(track.height);
  } else {
    text.key("rate").natural(track.timescale).key("channels").natural(track.channels);
  }
  text.end();
}

}  // namespace

std::string waiting_message(std::string_view stream) {
  return message("waiting").key("stream").string(stream).end().take();
}

std::string init_message(std::string_view stream, const fmp4::InitSegment& init, double start,
                         std::optional<std::int64_t> timestamp) {
  json::Writer text = message("init");
  text.key("stream").string(stream).key("epoch").natural(init.version);
  text.key("mime").string(init.mime).key("start").number(start);
  if (timestamp) text.key("timestamp").integer(*timestamp);
  text.key("tracks").array();
  for (const fmp4::Track& track : init.tracks) write_track(text, track);
  return text.end().end().take();
}

std::string metadata_message(double time, std::optional<double> timestamp, std::string_view data) {
  json::Writer text = message("metadata");
  text.key("time").number(time);
  if (timestamp) text.key("timestamp").number(*timestamp);
  return text.key("data").raw(data).end().take();
}

std::string skipped_message(double from, double to) {
  return message("skipped").key("from").number(from).key("to").number(to).end().take();
}

std::string notice_message(std::string_view text) {
  return message("notice").key("text").string(text).end().take();
}

std::string restart_message(double time, std::uint32_t timestamp) {
  return message("restart")
      .key("time")
      .number(time)
      .key("timestamp")
      .natural(timestamp)
      .end()
      .take();
}

std::string end_message() {
  return message("end").end().take();
}

std::string snapshot_message(std::string_view mime, std::size_t bytes) {
  return message("snapshot").key("mime").string(mime).key("bytes").natural(bytes).end().take();
}
std::string error_message(std::string_view code) {
  return message("error").key("code").string(code).end().take();
}

std::string plain_metadata(std::optional<double> timestamp, std::string_view data) {
  json::Writer text;
  text.object().key("timestamp").number(timestamp.value_or(0)).key("data").string(data);
  return "\xEE" + text.end().take();
}

}  // namespace so::fmp4serve
