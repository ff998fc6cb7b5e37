#include "metrics/families.h"

#include <limits>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace so::metrics {

void Families::counter(std::string_view name, std::string_view help) {
  all_.push_back({std::string{name}, std::string{help}, prometheus::MetricType::Counter, {}});
}

void Families::gauge(std::string_view name, std::string_view help) {
  all_.push_back({std::string{name}, std::string{help}, prometheus::MetricType::Gauge, {}});
}

void Families::histogram(std::string_view name, std::string_view help,
                         const net::Histogram& values) {
  prometheus::ClientMetric metric;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < values.bounds().size(); ++i) {
    count += values.counts()[i];
    metric.histogram.bucket.push_back({count, values.bounds()[i]});
  }
  count += values.counts().back();
  metric.histogram.bucket.push_back({count, std::numeric_limits<double>::infinity()});
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = values.sum();
  all_.push_back({std::string{name}, std::string{help}, prometheus::MetricType::Histogram, {}});
  all_.back().metric.push_back(std::move(metric));
}

void Families::value(double value, const Labels& labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, text] : labels) {
    metric.label.push_back({std::string{name}, std::string{text}});
  }
  prometheus::MetricFamily& family = all_.back();
  if (family.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
}

std::string to_text(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, families);
  return text.str();
}

}  // namespace so::metrics
