#include "metrics/families.h"

#include <prometheus/text_serializer.h>
#include <sstream>

namespace so::metrics {

void Families::counter(std::string_view name, std::string_view help) {
  all_.push_back({std::string{name}, std::string{help}, prometheus::MetricType::Counter, {}});
}

void Families::gauge(std::string_view name, std::string_view help) {
  all_.push_back({std::string{name}, std::string{help}, prometheus::MetricType::Gauge, {}});
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
