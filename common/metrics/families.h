#pragma once

#include <concepts>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/histogram.h"

namespace so::metrics {

/// What one answer to GET /metrics says, family by family. A tool fills it from the counters that
/// it keeps anyway, when it is asked.
///
///     Families all;
///     all.counter("scopewire_hub_requests_total", "requests of tools, by kind");
///     all.value(7, {{"kind", "join"}});
class Families {
 public:
  using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

  /// Begins a family; value() adds to the last one.
  void counter(std::string_view name, std::string_view help);
  void gauge(std::string_view name, std::string_view help);
  void value(double value, const Labels& labels = {});
  template <std::integral Integer>
  void value(Integer count, const Labels& labels = {}) {
    value(static_cast<double>(count), labels);
  }

  /// Families of one value, which has no labels.
  template <class Number>
  void counter(std::string_view name, std::string_view help, Number only) {
    counter(name, help);
    value(only);
  }
  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number only) {
    gauge(name, help);
    value(only);
  }
  void histogram(std::string_view name, std::string_view help, const net::Histogram& values);

  std::vector<prometheus::MetricFamily> take() { return std::exchange(all_, {}); }

 private:
  std::vector<prometheus::MetricFamily> all_;
};

/// build_info, and what every process has: CPU time, resident memory, descriptors, start time,
/// under the names that Prometheus' own client libraries use. What the system does not tell is left
/// out.
void add_process(Families& to, std::string_view tool);

/// In Prometheus' text format.
std::string to_text(const std::vector<prometheus::MetricFamily>& families);

}  // namespace so::metrics
