#include "edge/ws_metrics.h"

#include <string>

#include <doctest/doctest.h>

#include "support/fake_ws_server.h"

using namespace so;

TEST_CASE("edge metrics: every counter of the server has a line") {
  test::FakeWsServer server;
  server.set_handlers(0, {});
  server.open("/chat/room1");
  server.counted.opened = 3;
  server.counted.refused_fast = 4;
  server.counted.floods = 5;
  server.counted.slow_replies = 9;
  server.counted.crowded_out = 10;
  server.counted.closes[1001] = 6;
  server.counted.closes[0] = 7;
  server.counted.pongs.observe(0.003);
  server.counted.pongs.observe(20);
  metrics::Families families;
  edge::add_metrics(families, server, {{"list", 8}});
  const std::string text = metrics::to_text(families.take());
  for (const std::string_view line :
       {"scopewire_ws_connections 1\n", "scopewire_ws_connects_total{result=\"open\"} 3\n",
        "scopewire_ws_connects_total{result=\"too_fast\"} 4\n",
        "scopewire_ws_limits_total{limit=\"rate\"} 5\n",
        "scopewire_ws_limits_total{limit=\"list\"} 8\n",
        "scopewire_ws_limits_total{limit=\"reply_rate\"} 9\n",
        "scopewire_ws_limits_total{limit=\"reply_bytes\"} 10\n",
        "scopewire_ws_disconnects_total{code=\"1001\"} 6\n",
        "scopewire_ws_disconnects_total{code=\"other\"} 7\n",
        "scopewire_ws_ping_rtt_seconds_bucket{le=\"0.005\"} 1\n",
        "scopewire_ws_ping_rtt_seconds_bucket{le=\"+Inf\"} 2\n",
        "scopewire_ws_ping_rtt_seconds_count 2\n", "scopewire_ws_fanout_duration_seconds_count 0\n",
        "scopewire_ws_queue_bytes_bucket{le=\"0\"} 1\n"}) {
    CHECK_MESSAGE(text.find(line) != std::string::npos, text);
  }
}
