#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/listen.h"
#include "metrics/endpoint.h"

namespace so::edge {

struct Watched {
  std::string tool;
  metrics::Endpoint::Collect collect;
  metrics::Endpoint::Unready unready;
};

using MetricsDoors = std::vector<std::unique_ptr<metrics::Endpoint>>;

/// Opens --metrics, and appends where to the addresses of the ready line.
Result<MetricsDoors> open_metrics(net::Loop& loop, const std::vector<cli::Listen>& where,
                                  const Watched& tool, std::vector<std::string>& ready);

}  // namespace so::edge
