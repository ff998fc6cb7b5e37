#include "bus/process_decider.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "bus/question.h"

namespace so::bus {
namespace {
constexpr int kPatience = 3;         // silent questions
constexpr std::size_t kShown = 200;  // bytes of a line in the log
}  // namespace

ProcessDecider::ProcessDecider(std::unique_ptr<Companion> companion, Tell tell)
    : companion_(std::move(companion)), tell_(std::move(tell)) {
  companion_->listen(
      {.line = [this](std::string_view line) { on_line(line); }, .down = [this] { on_down(); }});
}

bool ProcessDecider::ask(std::uint64_t ticket, std::string_view, std::string_view question) {
  if (!companion_->send(question)) return false;
  open_.insert(ticket);
  last_ = ticket;
  return true;
}

void ProcessDecider::forget(std::uint64_t ticket, bool late) {
  open_.erase(ticket);
  if (!late) return;
  log::warn("hook: {} did not answer question {} in time", companion_->name(), ticket);
  if (++silent_ < kPatience) return;
  silent_ = 0;
  companion_->end();
}

// An answer that comes late was not forgotten by the process, only by us.
void ProcessDecider::on_line(std::string_view line) {
  const auto wrong = [&](std::string_view why) {
    log::warn("hook: {} wrote {}: {}", companion_->name(), why, line.substr(0, kShown));
  };
  const auto parsed = parser_.parse(line);
  if (!parsed || !parsed->is_object()) return wrong("what is no JSON object");
  const auto ticket = json::integer(*parsed, "id");
  if (!ticket) return wrong("an answer without an id");
  silent_ = 0;
  if (open_.erase(*ticket) == 0) {
    if (*ticket > last_) wrong("an answer that nobody asked for");
    return;
  }
  const auto answer = read_answer(*parsed);
  if (!answer) wrong("an answer that says nothing (" + answer.error().text + ")");
  tell_(*ticket, answer ? *answer : Answer{});
}

void ProcessDecider::on_down() {
  silent_ = 0;
  for (const std::uint64_t ticket : std::exchange(open_, {})) tell_(ticket, Answer{});
}

}  // namespace so::bus
