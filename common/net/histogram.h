#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace so::net {

/// How many values were at most as large as each bound, for those who watch.
class Histogram {
 public:
  /// The bounds rise, and outlive it.
  explicit Histogram(std::span<const double> bounds)
      : bounds_(bounds), counts_(bounds.size() + 1) {}

  void observe(double value) {
    const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
    ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
    sum_ += value;
  }

  [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
  /// Of each bound those that are over the one before; at last those over all.
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] double sum() const { return sum_; }

  static constexpr std::array<double, 11> kSeconds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05,
                                                   0.1,    0.5,    1,     5,     10};
  static constexpr std::array<double, 6> kBytes{0, 1024, 16384, 65536, 262144, 1048576};

 private:
  std::span<const double> bounds_;
  std::vector<std::uint64_t> counts_;
  double sum_ = 0;
};

}  // namespace so::net
