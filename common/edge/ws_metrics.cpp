#include "edge/ws_metrics.h"

#include <string>

namespace so::edge {
namespace {

void add_connects(metrics::Families& to, const net::WsCounters& counters) {
  to.counter("scopewire_ws_connects_total", "sockets that were accepted, by what became of them");
  to.value(counters.opened, {{"result", "open"}});
  to.value(counters.requests, {{"result", "http"}});
  to.value(counters.refused, {{"result", "refused"}});
  to.value(counters.refused_full, {{"result", "full"}});
  to.value(counters.refused_fast, {{"result", "too_fast"}});
  to.value(counters.dropped, {{"result", "dropped"}});
  to.value(counters.late, {{"result", "timeout"}});
  to.value(counters.broken, {{"result", "broken"}});
}

void add_traffic(metrics::Families& to, const net::WsCounters& counters) {
  to.counter("scopewire_ws_messages_in_total", "messages of clients", counters.messages_in);
  to.counter("scopewire_ws_messages_out_total", "messages to clients", counters.frames_out);
  to.counter("scopewire_ws_writes_total", "what the system was asked to send them",
             counters.writes);
  to.counter("scopewire_ws_bytes_in_total", "their payload, bytes", counters.bytes_in);
  to.counter("scopewire_ws_bytes_out_total", "what the system took for clients, bytes",
             counters.bytes_out);
}

void add_delays(metrics::Families& to, const net::WsServer& server) {
  to.histogram("scopewire_ws_ping_rtt_seconds", "from a ping to its answer",
               server.counters().pongs);
  to.histogram("scopewire_ws_fanout_duration_seconds",
               "from what is to be sent to several clients to the last write of that turn",
               server.counters().fanouts);
  to.histogram("scopewire_ws_queue_bytes", "what waits for each client now, bytes",
               server.queues());
}

void add_abuse(metrics::Families& to, const net::WsCounters& counters, const Limits& more) {
  to.counter("scopewire_ws_limits_total", "clients that met a limit, by which");
  to.value(counters.slow_consumers, {{"limit", "queue"}});
  to.value(counters.no_pong, {{"limit", "pong"}});
  to.value(counters.too_big, {{"limit", "message"}});
  to.value(counters.fragments, {{"limit", "fragments"}});
  to.value(counters.floods, {{"limit", "rate"}});
  to.value(counters.abusers, {{"limit", "abuse"}});
  to.value(counters.slow_replies, {{"limit", "reply_rate"}});
  to.value(counters.crowded_out, {{"limit", "reply_bytes"}});
  for (const auto& [limit, count] : more) to.value(count, {{"limit", limit}});
}

}  // namespace

void add_metrics(metrics::Families& to, const net::WsServer& server, const Limits& more) {
  const net::WsCounters& counters = server.counters();
  to.gauge("scopewire_ws_connections", "WebSocket connections", server.connections());
  add_connects(to, counters);
  to.counter("scopewire_ws_disconnects_total", "connections that ended, by close code");
  for (const auto& [code, count] : counters.closes) {
    const std::string text = code == 0 ? "other" : std::to_string(code);
    to.value(count, {{"code", text}});
  }
  add_traffic(to, counters);
  add_abuse(to, counters, more);
  add_delays(to, server);
}

}  // namespace so::edge
