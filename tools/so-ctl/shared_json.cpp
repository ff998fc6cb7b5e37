#include "shared_json.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "amf/json.h"
#include "json/write.h"

namespace so::ctl {
namespace {

namespace shared = rtmp::shared;
using rtmp::SharedObjectMessage;

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

Result<shared::Event> send_request(json::Element change) {
  shared::SendMessage message{std::string{json::text(change, "handler").value_or("")}, {}};
  const auto args = json::member(change, "args");
  if (!args || !args->is_array()) return shared::Event{message};
  const json::Array items = args->get_array().value_unsafe();
  for (const json::Element arg : items) {
    auto value = amf::from_json(arg);
    if (!value) return fail(value.error());
    message.arguments.push_back(std::move(*value));
  }
  return shared::Event{std::move(message)};
}

Result<shared::Event> to_request(json::Element change) {
  const std::string_view op = json::text(change, "op").value_or("");
  const std::string key{json::text(change, "key").value_or("")};
  if (op == "delete") return shared::Event{shared::RequestRemove{key}};
  if (op == "clear") return shared::Event{shared::RequestClear{}};
  if (op == "send") return send_request(change);
  const auto value = json::member(change, "value");
  if (op != "set" || !value) return fail(Code::kUsage, fmt::format("no change over RTMP: {}", op));
  auto converted = amf::from_json(*value);
  if (!converted) return fail(converted.error());
  return shared::Event{shared::RequestChange{key, std::move(*converted)}};
}

bool is_sync(const SharedObjectMessage& message) {
  return std::any_of(message.events.begin(), message.events.end(), [](const shared::Event& e) {
    return std::holds_alternative<shared::UseSuccess>(e);
  });
}

void write_change(json::Writer& out, const shared::Event& event) {
  std::visit(Overloaded{[&](const shared::Change& e) {
                          out.object().key("op").string("set").key("key").string(e.key);
                          out.key("value").raw(amf::to_json(e.value)).end();
                        },
                        [&](const shared::Remove& e) {
                          out.object().key("op").string("delete").key("key").string(e.key).end();
                        },
                        [&](const shared::Clear&) { out.object().key("op").string("clear").end(); },
                        [&](const shared::SendMessage& e) {
                          out.object()
                              .key("op")
                              .string("send")
                              .key("handler")
                              .string(e.handler)
                              .key("args")
                              .array();
                          for (const amf::Value& value : e.arguments) out.raw(amf::to_json(value));
                          out.end().end();
                        },
                        [](const auto&) {}},
             event);
}

}  // namespace

Result<std::vector<shared::Event>> to_requests(std::string_view changes) {
  json::Parser parser;
  const auto body = parser.parse(changes);
  const auto list = body ? json::member(*body, "changes") : std::nullopt;
  if (!list || !list->is_array()) return fail(Code::kUsage, "there are no changes");
  std::vector<shared::Event> requests;
  const json::Array items = list->get_array().value_unsafe();
  for (const json::Element change : items) {
    auto request = to_request(change);
    if (!request) return fail(request.error());
    requests.push_back(std::move(*request));
  }
  return requests;
}

bool answers(const shared::Event& request, const SharedObjectMessage& message) {
  const auto any = [&](auto matches) {
    return std::any_of(message.events.begin(), message.events.end(), matches);
  };
  if (const auto* set = std::get_if<shared::RequestChange>(&request)) {
    return any([&](const shared::Event& e) {
      const auto* success = std::get_if<shared::Success>(&e);
      return success != nullptr && success->key == set->key;
    });
  }
  if (const auto* removed = std::get_if<shared::RequestRemove>(&request)) {
    return any(
        [&](const shared::Event& e) { return e == shared::Event{shared::Remove{removed->key}}; });
  }
  if (const auto* sent = std::get_if<shared::SendMessage>(&request)) {
    return any([&](const shared::Event& e) { return e == shared::Event{*sent}; });
  }
  return any([](const shared::Event& e) { return std::holds_alternative<shared::Clear>(e); });
}

std::string to_event(std::string_view scope, const SharedObjectMessage& message) {
  const bool sync = is_sync(message);
  json::Writer out;
  out.object().key("event").string(sync ? "sync" : "change").key("scope").string(scope);
  out.key("object").string(message.name).key("version").natural(message.version);
  if (sync) {
    out.key("persistent").boolean(message.persistent()).key("data").object();
    for (const shared::Event& event : message.events) {
      if (const auto* change = std::get_if<shared::Change>(&event))
        out.key(change->key).raw(amf::to_json(change->value));
    }
    return out.end().end().take();
  }
  out.key("changes").array();
  for (const shared::Event& event : message.events) write_change(out, event);
  std::string text = out.end().end().take();
  return text.ends_with("\"changes\":[]}") ? std::string{} : text;
}

}  // namespace so::ctl
