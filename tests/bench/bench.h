#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

/// Honest ratios: the ways of doing one thing run in turns, in one process, so that what disturbs
/// the machine disturbs all of them; what counts is CPU time, and the median of the turns. A figure
/// of one machine says little, the ratio to the first way, the baseline, says more.
namespace so::bench {

/// One way of doing it. `body` does it once or a few times and answers how many operations (or
/// bytes, messages, ...: the unit of the comparison) that were.
struct Way {
  std::string name;
  std::function<std::uint64_t()> body;
};

struct Effort {
  std::size_t turns = 15;  // an odd number has a median
  double seconds = 0.04;   // of CPU, each turn: over a thousand ticks of the clock
};

/// CPU seconds of this process, all threads.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The optimiser believes that `value` is read here, and cannot drop what made it.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Operations per CPU second of one turn. The clock costs as much as a short body: it is read after
/// more and more calls, until few readings fill the turn.
inline double rate(const Way& way, double seconds) {
  std::uint64_t operations = 0;
  std::size_t calls = 1;
  const double start = cpu_seconds();
  double spent = 0;
  while (spent < seconds) {
    for (std::size_t i = 0; i < calls; ++i) operations += way.body();
    spent = cpu_seconds() - start;
    if (spent < seconds / 10) calls *= 2;
  }
  return static_cast<double>(operations) / spent;
}

/// 1234567 as "1.23 M".
inline std::string short_number(double value) {
  for (const auto& [size, letter] : {std::pair{1e9, " G"}, {1e6, " M"}, {1e3, " k"}}) {
    if (value >= size) return fmt::format("{:.3g}{}", value / size, letter);
  }
  return fmt::format("{:.3g}  ", value);
}

/// Prints a table: rate, ratio to the first way, and the ratio's middle half over the turns. A
/// ratio is taken turn by turn: neighbours in time had the same machine.
inline void compare(std::string_view title, std::string_view unit, std::span<const Way> ways,
                    Effort effort = {}) {
  std::vector<std::vector<double>> rates(ways.size());
  for (const Way& way : ways) rate(way, effort.seconds / 4);  // warm
  for (std::size_t turn = 0; turn < effort.turns; ++turn) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      rates[i].push_back(rate(ways[i], effort.seconds));
    }
  }
  fmt::print("{}\n", title);
  for (std::size_t i = 0; i < ways.size(); ++i) {
    std::vector<double> ratios;
    for (std::size_t turn = 0; turn < effort.turns; ++turn) {
      ratios.push_back(rates[i][turn] / rates[0][turn]);
    }
    std::sort(ratios.begin(), ratios.end());
    fmt::print("  {:<28} {:>8} {:<12} {:5.2f} x   ({:.2f} .. {:.2f})\n", ways[i].name,
               short_number(median(rates[i])), fmt::format("{}/s", unit), median(ratios),
               ratios[ratios.size() / 4], ratios[ratios.size() - 1 - ratios.size() / 4]);
  }
}

}  // namespace so::bench
