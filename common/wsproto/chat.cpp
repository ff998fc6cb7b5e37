#include "wsproto/chat.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "json/write.h"

namespace so::wsproto {
namespace {

std::string line_of(json::Element value) {
  return value.is_string() ? std::string{value.get_string().value_unsafe()} : json::compact(value);
}

void append_sets(std::vector<std::string>& lines, json::Element event) {
  const auto changes = json::member(event, "changes");
  if (!changes || !changes->is_array()) return;
  const json::Array list = changes->get_array().value_unsafe();
  for (const json::Element change : list) {
    if (json::text(change, "op") != "set") continue;
    if (const auto value = json::member(change, "value")) lines.push_back(line_of(*value));
  }
}

}  // namespace

Result<std::string> line_to_change(json::Parser& parser, std::string_view line) {
  const std::string_view text = trimmed(line, " \t\r\n\v\f");
  std::string value;
  if (text.starts_with('{')) {
    const auto object = parser.parse(text);
    if (!object) return fail(object.error());
    value = json::compact(*object);
  } else {
    if (!is_utf8(as_bytes(text))) return fail(Code::kPeer, "a line that is not UTF-8");
    json::append_string(value, text);
  }
  json::Writer body;
  body.object().key("changes").array().object();
  body.key("op").string("set").key("key").string("message").key("value").raw(value);
  return body.end().end().key("force").boolean(true).end().take();
}

Result<std::vector<std::string>> lines_of_event(json::Parser& parser, std::string_view event) {
  const auto parsed = parser.parse(event);
  if (!parsed) return fail(parsed.error());
  std::vector<std::string> lines;
  append_sets(lines, *parsed);
  if (const auto data = json::member(*parsed, "data"); data && data->is_object()) {
    const json::Object attributes = data->get_object().value_unsafe();
    for (const auto& attribute : attributes) lines.push_back(line_of(attribute.value));
  }
  if (const auto batches = json::member(*parsed, "batches"); batches && batches->is_array()) {
    const json::Array list = batches->get_array().value_unsafe();
    for (const json::Element batch : list) append_sets(lines, batch);
  }
  return lines;
}

Result<std::string> line_of_message(json::Parser& parser, std::string_view event) {
  const auto parsed = parser.parse(event);
  if (!parsed) return fail(parsed.error());
  const auto data = json::member(*parsed, "data");
  return data ? line_of(*data) : std::string{};
}

std::string chat_error(std::string_view code, std::string_view message) {
  json::Writer text;
  text.object().key("error").object().key("code").string(code).key("message").string(message);
  return text.end().end().take();
}

}  // namespace so::wsproto
