#include "edge/metrics_door.h"

namespace so::edge {

Result<MetricsDoors> open_metrics(net::Loop& loop, const std::vector<cli::Listen>& where,
                                  const Watched& tool, std::vector<std::string>& ready) {
  MetricsDoors doors;
  for (const cli::Listen& listen : where) {
    auto door = metrics::Endpoint::open(loop, {listen.host, listen.port}, tool.tool, tool.collect,
                                        tool.unready);
    if (!door) return fail(door.error());
    ready.push_back("http://" + to_string((*door)->address()) + "/metrics");
    doors.push_back(std::move(*door));
  }
  return doors;
}

}  // namespace so::edge
