#include "bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "json/write.h"

namespace so::ctl {

Bench::Bench(Door& door, Plan plan, Handlers handlers)
    : door_(door),
      plan_(std::move(plan)),
      handlers_(std::move(handlers)),
      padding_(plan_.bytes, 'x') {}

// Clock::now(), not the loop's: a turn of the loop may be as long as an answer.
void Bench::start() {
  micros_.reserve(plan_.writes);
  start_ = Clock::now();
  const std::uint64_t first = std::min(plan_.under_way, plan_.writes);
  for (std::uint64_t i = 0; i < first; ++i) write();
}

// Every value is another one: an equal one would have no effect.
void Bench::write() {
  const std::string number = std::to_string(++sent_);
  const std::size_t kept = padding_.size() - std::min(padding_.size(), number.size());
  const std::string changes =
      fmt::format(R"({{"changes":[{{"op":"set","key":"bench","value":"{}{}"}}]}})", number,
                  std::string_view{padding_}.substr(0, kept));
  door_.change(plan_.object, changes,
               [this, asked = Clock::now()](const Reply& reply) { answered(asked, reply); });
}

void Bench::answered(TimePoint asked, const Reply& reply) {
  if (refused_) return;
  if (!reply.ok()) {
    refused_ = true;
    return handlers_.refused(reply.code, reply.message);
  }
  micros_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - asked).count());
  if (sent_ < plan_.writes) return write();
  if (micros_.size() == plan_.writes) handlers_.done(report());
}

std::string Bench::report() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  std::vector<double> sorted = micros_;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&](double part) {
    return std::round(
        sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))]);
  };
  json::Writer line;
  line.object().key("writes").natural(plan_.writes).key("under_way").natural(plan_.under_way);
  line.key("bytes").natural(plan_.bytes).key("seconds").number(std::round(seconds * 1e3) / 1e3);
  line.key("per_second").number(std::round(static_cast<double>(plan_.writes) / seconds));
  line.key("p50_us").number(at(0.5)).key("p99_us").number(at(0.99));
  return line.key("max_us").number(at(1)).end().take();
}

}  // namespace so::ctl
