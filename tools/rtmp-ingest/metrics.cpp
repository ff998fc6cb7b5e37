#include "metrics.h"

namespace so::ingest {

void add_metrics(metrics::Families& to, const Ingest& ingest) {
  const Ingest::Counters& counters = ingest.counters();
  to.gauge("scopewire_rtmp_clients", "RTMP connections");
  to.value(static_cast<double>(ingest.clients()));
  to.counter("scopewire_rtmp_object_messages_total", "shared object messages of clients");
  to.value(static_cast<double>(counters.object_messages));
  to.counter("scopewire_rtmp_unknown_events_total",
             "events in them that nobody knows, and that were skipped");
  to.value(static_cast<double>(counters.unknown_events));
}

}  // namespace so::ingest
