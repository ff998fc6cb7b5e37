#include "metrics/endpoint.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;

TEST_CASE("families become Prometheus' text") {
  metrics::Families families;
  families.counter("a_total", "how often");
  families.value(7, {{"kind", "x\"y\n"}});
  families.value(8, {{"kind", "z"}});
  families.gauge("b", "how many", 0.5);
  families.counter("c_total", "in all", 3U);
  families.counter("never_total", "what has no value yet");
  CHECK(metrics::to_text(families.take()) ==
        "# HELP a_total how often\n# TYPE a_total counter\n"
        "a_total{kind=\"x\\\"y\\n\"} 7\na_total{kind=\"z\"} 8\n"
        "# HELP b how many\n# TYPE b gauge\nb 0.5\n"
        "# HELP c_total in all\n# TYPE c_total counter\nc_total 3\n"
        "# HELP never_total what has no value yet\n# TYPE never_total counter\n");
  CHECK(metrics::to_text(families.take()).empty());
}

TEST_CASE("a process says what it takes") {
  metrics::Families families;
  metrics::add_process(families, "test");
  const std::string text = metrics::to_text(families.take());
  for (const char* line :
       {"scopewire_build_info{tool=\"test\",version=\"", "process_cpu_seconds_total ",
        "process_resident_memory_bytes ", "process_open_fds ", "process_start_time_seconds 1"}) {
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  }
  CHECK(text.find("process_resident_memory_bytes 0\n") == std::string::npos);
}
