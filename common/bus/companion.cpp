#include "bus/companion.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace so::bus {
namespace {
constexpr std::size_t kName = 60;  // bytes
constexpr Millis kFirst{100};
constexpr Millis kLongest{10'000};
constexpr Millis kWell{10'000};  // who lives so long is well
}  // namespace

Companion::Companion(net::Loop& loop, std::vector<std::string> command)
    : loop_(&loop),
      command_(std::move(command)),
      name_(fmt::format("{}", fmt::join(command_, " ")).substr(0, kName)),
      again_(loop, [this] {
        ++restarts_;
        start();
      }) {}

void Companion::listen(Handlers handlers) {
  handlers_ = std::move(handlers);
  if (!process_) start();
}

void Companion::start() {
  since_ = loop_->now();
  auto process = net::Coprocess::start(*loop_, {.command = command_},
                                       {.line =
                                            [this](std::string_view line) {
                                              if (handlers_.line) handlers_.line(line);
                                            },
                                        .ended = [this](const std::string& why) { ended(why); }});
  if (!process) return later(process.error().text);
  process_ = *std::move(process);
}

void Companion::ended(const std::string& why) {
  process_.reset();
  later(fmt::format("{} has ended ({})", name(), why));
  if (handlers_.down) handlers_.down();
}

void Companion::later(std::string_view why) {
  if (loop_->now() - since_ >= kWell) pause_ = Millis{0};
  pause_ = pause_ == Millis{0} ? kFirst : std::min(2 * pause_, kLongest);
  log::error("hook: {}; started again in {} ms", why, pause_.count());
  again_.start(pause_);
}

void Companion::end() {
  if (process_) process_->kill();
}

}  // namespace so::bus
