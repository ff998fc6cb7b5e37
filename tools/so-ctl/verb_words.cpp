#include "verb_words.h"

#include "base/utf8.h"
#include "cli/units.h"
#include "json/read.h"
#include "json/write.h"

namespace so::ctl {
namespace {

Result<std::string> json_value(const std::string& text, bool plain) {
  std::string value;
  if (plain) {
    json::append_string(value, text);
    return value;
  }
  auto parsed = json::normalise(text);
  if (!parsed)
    return fail(Code::kUsage, "VALUE is not JSON (for a string as it stands, use --text): " + text);
  return parsed;
}

// The body of the bus's change.
Result<std::string> changes(std::string_view verb, const std::vector<std::string>& rest,
                            bool plain) {
  json::Writer body;
  body.object().key("changes").array().object();
  body.key("op").string(verb == "del" ? "delete" : verb);
  if (verb == "send") {
    body.key("handler").string(rest[1]).key("args").array();
    for (std::size_t i = 2; i < rest.size(); ++i) {
      auto value = json_value(rest[i], plain);
      if (!value) return fail(value.error());
      body.raw(*value);
    }
    body.end();
  } else if (verb != "clear") {
    body.key("key").string(rest[1]);
  }
  if (verb == "set") {
    auto value = json_value(rest[2], plain);
    if (!value) return fail(value.error());
    body.key("value").raw(*value);
  }
  return body.end().end().end().take();
}

// JSON where it is, else a string as it stands.
std::string argument(const std::string& word, bool plain) {
  auto value = plain ? Result<std::string>{fail(Code::kUsage, "")} : json::normalise(word);
  if (value) return std::move(*value);
  std::string text;
  json::append_string(text, word);
  return text;
}

Status read_call(const Words& words, Command& command) {
  const auto& rest = words.rest;
  command.method = rest[0];
  for (const std::string& word : rest) {
    if (!is_utf8(as_bytes(word))) return fail_usage("a word is not UTF-8: " + word);
  }
  if (words.json) {
    auto list = rest.size() == 2 ? json::normalise(rest[1]) : fail(Code::kUsage, "");
    if (!list || !list->starts_with('[')) return fail_usage("--json: ARG is not one JSON array");
    command.args = std::move(*list);
    return {};
  }
  json::Writer args;
  args.array();
  for (std::size_t i = 1; i < rest.size(); ++i) args.raw(argument(rest[i], words.text));
  command.args = args.end().take();
  return {};
}

Status read_serve(const Words& words, Command& command) {
  command.method = words.rest[0];
  command.command.assign(words.rest.begin() + 1, words.rest.end());
  if (words.jobs.empty()) return {};
  const auto jobs = cli::parse_count(words.jobs);
  if (!jobs || *jobs == 0) return fail_usage("--jobs: not a number from 1");
  command.jobs = *jobs;
  return {};
}

Status read_notify(const Words& words, Command& command) {
  command.identity = words.rest[0];
  auto message = json_value(words.rest[1], words.text);
  if (!message) return fail(message.error());
  command.message = R"({"message":)" + *message + "}";
  return {};
}

Status read_emit(const Words& words, Command& command) {
  command.method = words.rest[0];
  json::Writer body;
  body.object();
  if (words.rest.size() > 1) {
    const auto data = json_value(words.rest[1], words.text);
    if (!data) return fail(data.error());
    body.key("data").raw(*data);
  }
  if (!command.to.empty()) body.key("to").string(command.to);
  if (!command.route.empty()) body.key("route").string(command.route);
  command.message = body.end().take();
  return {};
}

}  // namespace

Status read_rest(const Words& words, std::string_view verb, Command& command) {
  const std::vector<std::string>& rest = words.rest;
  if (command.verb == Verb::kCall) return read_call(words, command);
  if (command.verb == Verb::kServe) return read_serve(words, command);
  if (command.verb == Verb::kInbox) {
    command.identity = rest[0];
    return {};
  }
  if (command.verb == Verb::kEmit) return read_emit(words, command);
  if (command.verb == Verb::kNotify) return read_notify(words, command);
  if (command.verb == Verb::kKick) {
    command.member = rest[0];
    if (rest.size() > 1) command.reason = rest[1];
    return {};
  }
  if (!rest.empty()) command.object = rest[0];
  if (command.verb == Verb::kGet && rest.size() > 1) command.key = rest[1];
  if (command.verb != Verb::kChange) return {};
  auto body = changes(verb, rest, words.text);
  if (!body) return fail(body.error());
  command.changes = std::move(*body);
  return {};
}

}  // namespace so::ctl
