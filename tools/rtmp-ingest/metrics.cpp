#include "metrics.h"

#include <chrono>
#include <functional>
#include <string_view>

namespace so::ingest {
namespace {

// What one stream has: a line each, labelled by its path, which has no secrets in it.
struct StreamLine {
  std::string_view name;
  std::string_view help;
  bool counts = false;
  std::function<double(const Stream&)> value;
};

double seconds(Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

template <class Integer>
double number(Integer value) {
  return static_cast<double>(value);
}

std::vector<StreamLine> stream_lines(TimePoint now) {
  return {
      {"scopewire_rtmp_stream_bytes_total", "of messages of the stream", true,
       [](const Stream& s) { return number(s.stats().bytes()); }},
      {"scopewire_rtmp_stream_video_frames_total", "messages with a picture", true,
       [](const Stream& s) { return number(s.stats().video_frames()); }},
      {"scopewire_rtmp_stream_audio_frames_total", "messages with sound", true,
       [](const Stream& s) { return number(s.stats().audio_frames()); }},
      {"scopewire_rtmp_stream_key_frames_total", "pictures that need no other", true,
       [](const Stream& s) { return number(s.stats().key_frames()); }},
      {"scopewire_rtmp_stream_skipped_total", "messages that slow players did without", true,
       [](const Stream& s) { return number(s.stats().skipped()); }},
      {"scopewire_rtmp_stream_players", "players of the stream here", false,
       [](const Stream& s) { return number(s.player_count()); }},
      {"scopewire_rtmp_stream_gop_seconds", "between the last two key frames", false,
       [](const Stream& s) { return seconds(s.stats().gop()); }},
      {"scopewire_rtmp_stream_key_frame_age_seconds", "since the last key frame", false,
       [now](const Stream& s) {
         const auto last = s.stats().last_key();
         return last ? seconds(now - *last) : 0;
       }},
      {"scopewire_rtmp_stream_bytes_per_second", "of late", false,
       [now](const Stream& s) {
         return s.stats().quiet(now) ? 0 : number(s.stats().bytes_per_second());
       }},
      {"scopewire_rtmp_stream_frames_per_second", "pictures, of late", false,
       [now](const Stream& s) { return s.stats().quiet(now) ? 0 : s.stats().frames_per_second(); }},
  };
}

void add_streams(metrics::Families& to, const Ingest& ingest) {
  to.gauge("scopewire_rtmp_streams", "streams that are published or played here",
           ingest.streams().size());
  if (ingest.streams().empty()) return;
  for (const StreamLine& line : stream_lines(ingest.now())) {
    line.counts ? to.counter(line.name, line.help) : to.gauge(line.name, line.help);
    for (const auto& [name, stream] : ingest.streams())
      to.value(line.value(stream), {{"stream", name}});
  }
}

}  // namespace

void add_metrics(metrics::Families& to, const Ingest& ingest) {
  const Ingest::Counters& counters = ingest.counters();
  to.gauge("scopewire_rtmp_clients", "RTMP connections", ingest.clients());
  to.counter("scopewire_rtmp_object_messages_total", "shared object messages of clients",
             counters.object_messages);
  to.counter("scopewire_rtmp_unknown_events_total",
             "events in them that nobody knows, and that were skipped", counters.unknown_events);
  to.counter("scopewire_rtmp_slow_players_total", "times that a player skipped to a key frame",
             counters.slow_players);
  to.counter("scopewire_rtmp_stuck_players_total", "players closed because that did not help",
             counters.stuck_players);
  to.counter("scopewire_rtmp_replaced_publishers_total", "publishers whose name another one got",
             counters.replaced_publishers);
  to.counter("scopewire_rtmp_untold_data_total", "data messages too many for the hub",
             counters.untold_data);
  to.gauge("scopewire_rtmp_recordings", "recordings that are being played", ingest.playbacks());
  to.counter("scopewire_rtmp_refused_proofs_total", "tokens and passwords that were wrong",
             counters.refused_proofs);
  add_streams(to, ingest);
}

}  // namespace so::ingest
