#include "translation.h"

#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "amf/json.h"
#include "json/write.h"

namespace so::ingest {
namespace {

using namespace rtmp::shared;  // NOLINT(google-build-using-namespace): its events are this file's
                               // subject

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

void write_set(json::Writer& out, const std::string& key, const amf::Value& value) {
  out.object().key("op").string(value.is_nothing() ? "delete" : "set").key("key").string(key);
  if (!value.is_nothing()) out.key("value").raw(amf::to_json(common_form(value)));
  out.end();
}

void write_send(json::Writer& out, const SendMessage& message) {
  out.object().key("op").string("send").key("handler").string(message.handler).key("args").array();
  for (const amf::Value& argument : message.arguments) out.raw(amf::to_json(common_form(argument)));
  out.end().end();
}

// Whether anything was written.
bool write_change(json::Writer& out, const Event& request) {
  return std::visit(Overloaded{[&](const RequestChange& e) {
                                 write_set(out, e.key, e.value);
                                 return true;
                               },
                               [&](const RequestRemove& e) {
                                 write_set(out, e.key, amf::Value::null());
                                 return true;
                               },
                               [&](const SendMessage& e) {
                                 write_send(out, e);
                                 return true;
                               },
                               [&](const RequestClear&) {
                                 out.object().key("op").string("clear").end();
                                 return true;
                               },
                               [](const auto&) { return false; }},
                    request);
}

std::optional<Event> answer_to(const Event& request) {
  using Answer = std::optional<Event>;
  return std::visit(Overloaded{[](const RequestChange& e) { return Answer{Success{e.key}}; },
                               [](const RequestRemove& e) { return Answer{Remove{e.key}}; },
                               [](const SendMessage& e) { return Answer{e}; },
                               [](const RequestClear&) { return Answer{Clear{}}; },
                               [](const auto&) { return Answer{}; }},
                    request);
}

Result<Event> send_event(json::Element change) {
  SendMessage message{std::string{json::text(change, "handler").value_or("")}, {}};
  const auto args = json::member(change, "args");
  if (!args || !args->is_array()) return Event{message};
  const json::Array items = args->get_array().value_unsafe();
  for (const json::Element arg : items) {
    auto value = amf::from_json(arg);
    if (!value) return fail(value.error());
    message.arguments.push_back(std::move(*value));
  }
  return Event{std::move(message)};
}

Result<Event> to_event(json::Element change) {
  const std::string_view op = json::text(change, "op").value_or("");
  const std::string key{json::text(change, "key").value_or("")};
  if (op == "delete") return Event{Remove{key}};
  if (op == "clear") return Event{Clear{}};
  if (op == "send") return send_event(change);
  const auto value = json::member(change, "value");
  if (op != "set" || !value)
    return fail(Code::kPeer, fmt::format("a change of unknown kind \"{}\"", op));
  auto amf_value = amf::from_json(*value);
  if (!amf_value) return fail(amf_value.error());
  return Event{Change{key, std::move(*amf_value)}};
}

}  // namespace

std::string to_changes(const std::vector<Event>& requests) {
  json::Writer out;
  out.object().key("changes").array();
  bool any = false;
  for (const Event& request : requests) any |= write_change(out, request);
  std::string body = out.end().end().take();
  return any ? body : std::string{};
}

std::vector<Event> to_answers(const std::vector<Event>& requests) {
  std::vector<Event> answers;
  for (const Event& request : requests) {
    if (auto answer = answer_to(request)) answers.push_back(std::move(*answer));
  }
  return answers;
}

Result<std::vector<Event>> to_events(json::Element changes) {
  std::vector<Event> events;
  if (!changes.is_array()) return fail(Code::kPeer, "changes are not an array");
  const json::Array items = changes.get_array().value_unsafe();
  for (const json::Element change : items) {
    auto event = to_event(change);
    if (!event) return fail(event.error());
    events.push_back(std::move(*event));
  }
  return events;
}

std::set<std::string> keys_of(const std::vector<Event>& requests) {
  std::set<std::string> keys;
  for (const Event& request : requests) {
    if (const auto* set = std::get_if<RequestChange>(&request)) keys.insert(set->key);
    if (const auto* remove = std::get_if<RequestRemove>(&request)) keys.insert(remove->key);
  }
  return keys;
}

Result<std::vector<Event>> to_values(json::Element data, const std::set<std::string>& keys) {
  std::vector<Event> events;
  for (const std::string& key : keys) {
    const auto value = json::member(data, key);
    if (!value) {
      events.emplace_back(Remove{key});
      continue;
    }
    auto amf_value = amf::from_json(*value);
    if (!amf_value) return fail(amf_value.error());
    events.emplace_back(Change{key, std::move(*amf_value)});
  }
  return events;
}

Result<std::vector<Event>> to_values(json::Element values) {
  std::vector<Event> events;
  if (!values.is_object()) return fail(Code::kPeer, "the values of keys are no JSON object");
  const json::Object members = values.get_object().value_unsafe();
  for (const auto& attribute : members) {
    if (attribute.value.is_null()) {
      events.emplace_back(Remove{std::string{attribute.key}});
      continue;
    }
    auto value = amf::from_json(attribute.value);
    if (!value) return fail(value.error());
    events.emplace_back(Change{std::string{attribute.key}, std::move(*value)});
  }
  return events;
}

Result<std::vector<Event>> to_sync(json::Element data, Sync sync) {
  std::vector<Event> events;
  if (sync.use_success) events.emplace_back(UseSuccess{});
  if (sync.clear) events.emplace_back(Clear{});
  if (!data.is_object()) return fail(Code::kPeer, "the data of an object is no JSON object");
  const json::Object members = data.get_object().value_unsafe();
  for (const auto& attribute : members) {
    auto value = amf::from_json(attribute.value);
    if (!value) return fail(value.error());
    events.emplace_back(Change{std::string{attribute.key}, std::move(*value)});
  }
  return events;
}

}  // namespace so::ingest
