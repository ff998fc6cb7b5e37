#include "jobs.h"

#include <utility>

#include <fmt/format.h>

#include "amf/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "json/read.h"

namespace so::ctl {
namespace {

constexpr Millis kLongest{300'000};  // where a call says nothing of its time

Result<std::vector<std::string>> words_of(json::Element event) {
  std::vector<std::string> words;
  const auto args = json::member(event, "args");
  if (!args || !args->is_array()) return words;
  const json::Array items = args->get_array().value_unsafe();
  for (const json::Element item : items) {
    std::string_view text;
    const bool plain = item.get_string().get(text) == simdjson::SUCCESS;
    words.push_back(plain ? std::string{text} : json::compact(item));
    if (words.back().find('\0') != std::string::npos) {
      return fail(Code::kUsage, "an argument has a NUL, which no word of a command can have");
    }
  }
  return words;
}

std::string text_of(json::Element event, std::string_view key) {
  return std::string{json::text(event, key).value_or("")};
}

std::string result_of(std::string_view output) {
  if (auto value = json::normalise(output)) return std::move(*value);
  if (output.ends_with('\n')) output.remove_suffix(1);
  if (output.empty()) return "null";
  return amf::to_json(amf::Value::string(output));  // which may not be UTF-8
}

std::string_view last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto at = text.rfind('\n');
  return at == std::string_view::npos ? text : text.substr(at + 1);
}

std::string reason_of(const net::ChildEnd& end) {
  if (end.too_much) return "the command has written too much";
  const std::string_view line = last_line(end.errors);
  if (!line.empty() && is_utf8(as_bytes(line))) return std::string{line};
  if (end.signal != 0) return fmt::format("signal {}", end.signal);
  return fmt::format("exit code {}", end.exit_code);
}

}  // namespace

Jobs::Jobs(net::Loop& loop, std::vector<std::string> command, std::size_t at_once, Answer answer)
    : loop_(loop), command_(std::move(command)), at_once_(at_once), answer_(std::move(answer)) {}

void Jobs::fail(std::string_view call, std::string_view code, std::string_view why) {
  answer_(call, {.code = code, .message = why});
}

void Jobs::call(std::string_view event) {
  if (queue_.size() >= kQueued || queued_bytes_ + event.size() > kQueuedBytes) {
    return fail(bus::call_id(event), "limit", "too many calls wait for the command");
  }
  json::Parser parser;
  const auto body = parser.parse(event);
  const auto timeout = body ? json::integer(*body, "timeout") : std::nullopt;
  queue_.push_back({std::string{event}, loop_.now() + (timeout ? Millis{*timeout} : kLongest)});
  queued_bytes_ += event.size();
  run_some();
}

void Jobs::run_some() {
  while (jobs_.size() < at_once_ && !queue_.empty()) {
    const Waiting next = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= next.event.size();
    if (next.due > loop_.now()) run(next);
  }
}

void Jobs::run(const Waiting& next) {
  json::Parser parser;
  const auto event = parser.parse(next.event);
  if (!event) return;
  const std::string call = text_of(*event, "call");
  auto words = words_of(*event);
  if (!words) return fail(call, "failed", words.error().text);
  net::ChildOptions options;
  options.command = command_;
  options.command.insert(options.command.end(), words->begin(), words->end());
  options.environment = {{"SCOPEWIRE_SCOPE", text_of(*event, "scope")},
                         {"SCOPEWIRE_METHOD", text_of(*event, "method")},
                         {"SCOPEWIRE_FROM", text_of(*event, "from")}};
  const auto args = json::member(*event, "args");
  options.input = (args ? json::compact(*args) : "[]") + "\n";
  auto child = net::Child::start(loop_, std::move(options),
                                 [this, call](const net::ChildEnd& end) { ended(call, end); });
  if (!child) {
    log::error("{}", child.error().text);
    return fail(call, "failed", child.error().text);
  }
  const auto [job, added] = jobs_.try_emplace(call, std::move(*child), loop_, [this, call] {
    log::warn("{}: killed, since nobody waits any more", command_.front());
    jobs_.erase(call);
    run_some();
  });
  job->second.timeout.start(std::chrono::duration_cast<Millis>(next.due - loop_.now()));
}

void Jobs::ended(const std::string& call, const net::ChildEnd& end) {
  jobs_.erase(call);
  if (end.exit_code == 0 && end.signal == 0 && !end.too_much) {
    answer_(call, {.value = result_of(end.output)});
  } else {
    const std::string why = reason_of(end);
    log::warn("{}: {}", command_.front(), why);
    const std::string data = fmt::format(R"({{"exit":{}}})", end.exit_code);
    answer_(call, {.code = "failed", .message = why, .value = end.signal == 0 ? data : ""});
  }
  run_some();
}

}  // namespace so::ctl
