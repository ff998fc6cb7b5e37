#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "door.h"

namespace so::ctl {

/// Writes to an object through a door as fast as it goes, so many at a time, and says how long the
/// answers took. What it measures is the whole way: this process, the door, the hub.
class Bench {
 public:
  struct Plan {
    std::string object;
    std::uint64_t writes = 10'000;
    std::uint64_t under_way = 64;
    std::uint64_t bytes = 100;  // of a value
  };
  struct Handlers {
    std::function<void(std::string_view code, std::string_view message)> refused;
    /// One line of JSON: {"writes":…,"under_way":…,"bytes":…,"seconds":…,"per_second":…,
    /// "p50_us":…,"p99_us":…,"max_us":…}
    std::function<void(std::string_view line)> done;
  };
  Bench(Door& door, Plan plan, Handlers handlers);
  void start();

 private:
  void write();
  void answered(TimePoint asked, const Reply& reply);
  [[nodiscard]] std::string report() const;

  Door& door_;
  Plan plan_;
  Handlers handlers_;
  std::string padding_;
  TimePoint start_;
  std::uint64_t sent_ = 0;
  std::vector<double> micros_;  // of the answers
  bool refused_ = false;
};

}  // namespace so::ctl
