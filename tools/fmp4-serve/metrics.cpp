#include "metrics.h"

namespace so::fmp4serve {

void add_metrics(metrics::Families& to, const Serve& serve) {
  const Serve::Reports reports = serve.reports();
  to.gauge("scopewire_fmp4_viewers", "who watches a stream or waits for one", serve.viewers());
  to.gauge("scopewire_fmp4_streams", "streams that somebody watches: each is fetched once",
           serve.channels());
  to.counter("scopewire_fmp4_skips_total", "viewers too slow, who went on at a later key frame",
             serve.counts().skips);
  to.counter("scopewire_fmp4_metadata_lost_total", "metadata that came too fast for the fragments",
             serve.counts().lost_metadata);
  to.gauge("scopewire_fmp4_reporting_viewers", "viewers that say how they do", reports.viewers);
  to.counter("scopewire_fmp4_dropped_frames_total", "frames that viewers say they did not show",
             reports.dropped);
  if (reports.buffer) {
    to.gauge("scopewire_fmp4_buffer_seconds_min", "the least that a viewer has ahead",
             *reports.buffer);
  }
  if (reports.latency) {
    to.gauge("scopewire_fmp4_latency_seconds_max", "the most that a viewer is behind",
             *reports.latency);
  }
}

}  // namespace so::fmp4serve
