#include "serve.h"

#include <utility>

#include <unistd.h>

#include "base/log.h"
#include "session.h"

namespace so::ctl {

Serve::Serve(net::Loop& loop, Door& door, Command command)
    : loop_(loop), door_(door), command_(std::move(command)) {}

void Serve::start() {
  door_.open([this](const Reply& opened) { opened.ok() ? serve() : stop(opened); },
             [this](const Reply& why) { stop(why); });
}

void Serve::serve() {
  const auto answer = [this](std::string_view call, const bus::CallResult& result) {
    door_.result(call, result);
  };
  if (command_.command.empty()) {
    lines_.emplace(
        loop_, STDIN_FILENO, STDOUT_FILENO,
        Coprocess::Handlers{.answer = answer, .done = [this] { loop_.stop(Exit::kOk); }});
  } else {
    jobs_.emplace(loop_, command_.command, command_.jobs, answer);
  }
  door_.serve(
      command_.method, command_.share, [this](std::string_view event) { called(event); },
      [this](const Reply& served) {
        if (!served.ok()) return stop(served);
        if (served.body.empty()) return log::info("ready: answering {}", command_.method);
        log::info("ready: answering {} as {}", command_.method, served.body);
      });
}

void Serve::called(std::string_view event) {
  lines_ ? lines_->call(event) : jobs_->call(event);
}

// The first reason is the reason.
void Serve::stop(const Reply& why) {
  if (std::exchange(stopped_, true)) return;
  log::error("{}: {}", why.code, why.message);
  loop_.stop(exit_for_code(why.code));
}

}  // namespace so::ctl
