#include "objects.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/log.h"
#include "client.h"
#include "translation.h"

namespace so::ingest {
namespace {

using rtmp::SharedObjectMessage;
namespace shared = rtmp::shared;

template <class T>
bool asks_for(const SharedObjectMessage& message) {
  return std::any_of(message.events.begin(), message.events.end(),
                     [](const shared::Event& event) { return std::holds_alternative<T>(event); });
}

// What a client understands of the hub's reasons (Red5 1.3, SharedObject statuses).
std::string_view use_status(std::string_view code) {
  if (code == "persistence") return "SharedObject.BadPersistence";
  return "SharedObject.ObjectCreationFailed";
}
std::string_view change_status(std::string_view code) {
  if (code == "hub_lost") return "NetConnection.Call.Failed";
  if (code == "not_joined") return "SharedObject.ObjectCreationFailed";
  return "SharedObject.NoWriteAccess";
}

// Of a denied request: which status says so.
std::string_view denied_status(std::string_view action) {
  if (action == "create") return "SharedObject.ObjectCreationFailed";
  if (action == "read") return "SharedObject.NoReadAccess";
  return "SharedObject.NoWriteAccess";
}

SharedObjectMessage message_of(std::string_view name, std::uint64_t version, std::uint32_t flags,
                               std::vector<shared::Event> events) {
  SharedObjectMessage message;
  message.name = name;
  message.version =
      static_cast<std::uint32_t>(version);  // the wire has 32 bits; clients do not count
  message.flags = flags;
  message.events = std::move(events);
  return message;
}

std::uint32_t flags_of(json::Element event) {
  return json::boolean(event, "persistent").value_or(false) ? SharedObjectMessage::kPersistent : 0;
}

}  // namespace

void Objects::message(net::ConnId id, const std::string& scope,
                      const SharedObjectMessage& message) {
  // To the hub no name is the scope itself, which Flash has no object for.
  if (message.name.empty()) return refuse(id, message, "SharedObject.ObjectCreationFailed");
  if (asks_for<shared::Use>(message)) use(id, scope, message);
  if (const std::string changes = to_changes(message.events); !changes.empty())
    change(id, scope, message, changes);
  if (asks_for<shared::Release>(message)) hub_.release(member_of(id), scope, message.name);
}

void Objects::use(net::ConnId id, const std::string& scope, const SharedObjectMessage& asked) {
  hub_.use(member_of(id), scope, asked.name, {.persistent = asked.persistent()},
           [this, id, asked](const bus::Reply& reply) {
             if (reply.code == "denied") return deny(id, asked, reply);
             if (!reply.ok()) return refuse(id, asked, use_status(reply.code));
             const auto body = parser_.parse(reply.body);
             const auto data = body ? json::member(*body, "data") : std::nullopt;
             if (!data) return refuse(id, asked, use_status({}));
             auto events = to_sync(*data, {.use_success = true, .clear = flags_of(*body) == 0});
             if (!events) return refuse(id, asked, use_status({}));
             send(id, message_of(asked.name, reply.version, flags_of(*body), std::move(*events)));
           });
}

void Objects::change(net::ConnId id, const std::string& scope, const SharedObjectMessage& asked,
                     std::string_view changes) {
  hub_.change(
      member_of(id), scope, asked.name, changes, [this, id, scope, asked](const bus::Reply& reply) {
        if (reply.code == "denied") return deny(id, asked, reply);
        if (!reply.ok()) return refuse(id, asked, change_status(reply.code));
        const auto body = parser_.parse(reply.body);
        if (body && json::boolean(*body, "edited").value_or(false)) {
          return edited(id, scope, asked, reply.version);
        }
        send(id,
             message_of(asked.name, reply.version, asked.flags & SharedObjectMessage::kPersistent,
                        to_answers(asked.events)));
      });
}

// Something else was done than the client has shown. What that was it hears as all others do, but
// not what was left out: it is given the values that there are.
void Objects::edited(net::ConnId id, const std::string& scope, const SharedObjectMessage& asked,
                     std::uint64_t version) {
  auto answers = to_answers(asked.events);
  std::erase_if(answers, [](const shared::Event& each) {
    return std::holds_alternative<shared::SendMessage>(each);
  });
  const std::uint32_t flags = asked.flags & SharedObjectMessage::kPersistent;
  if (!answers.empty()) send(id, message_of(asked.name, version, flags, std::move(answers)));
  const bool clears = asks_for<shared::RequestClear>(asked);
  const std::set<std::string> keys = keys_of(asked.events);
  if (!clears && keys.empty()) return;
  hub_.get(member_of(id), scope, asked.name, {},
           [this, id, asked, flags, clears, keys](const bus::Reply& reply) {
             if (!reply.ok()) return;  // it is gone, or the hub is: the client hears of that too
             const auto body = parser_.parse(reply.body);
             const auto data = body ? json::member(*body, "data") : std::nullopt;
             if (!data) return;
             auto truth = clears ? to_sync(*data, {.use_success = false, .clear = true})
                                 : to_values(*data, keys);
             if (!truth) return;
             send(id, message_of(asked.name, reply.version, flags, std::move(*truth)));
           });
}

// The client has shown its own values already: it is given those that there are.
void Objects::deny(net::ConnId id, const SharedObjectMessage& asked, const bus::Reply& reply) {
  const auto body = parser_.parse(reply.body);
  const auto error = body ? json::member(*body, "error") : std::nullopt;
  const std::string_view action = error ? json::text(*error, "action").value_or("") : "";
  std::vector<shared::Event> events{shared::Status{std::string{denied_status(action)}, "error"}};
  if (const auto values = error ? json::member(*error, "values") : std::nullopt) {
    if (auto truth = to_values(*values)) events.insert(events.end(), truth->begin(), truth->end());
  }
  const std::uint64_t version = error ? json::integer(*error, "version").value_or(0) : 0;
  send(id, message_of(asked.name, version, asked.flags & SharedObjectMessage::kPersistent,
                      std::move(events)));
}

void Objects::refuse(net::ConnId id, const SharedObjectMessage& asked, std::string_view status) {
  send(id, message_of(asked.name, 0, asked.flags & SharedObjectMessage::kPersistent,
                      {shared::Status{std::string{status}, "error"}}));
}

void Objects::send(net::ConnId id, const SharedObjectMessage& message) {
  const auto voice = find_(id);
  if (!voice) return;
  connections_.send(id, rtmp::prepare(message, voice->encoding, voice->chunk_size));
}

void Objects::event(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  if (!body) return log::error("unable to read an event of the hub: {}", body.error().text);
  const std::string_view kind = json::text(*body, "event").value_or("");
  const auto pass = [&](std::uint64_t version, Result<std::vector<shared::Event>> events) {
    if (!events) return log::warn("{} {}: {}", event.scope, event.name, events.error().text);
    send_all(event, message_of(event.name, version, flags_of(*body), std::move(*events)));
  };
  if (const auto data = json::member(*body, "data"); kind == "sync" && data) {
    return pass(event.header.version, to_sync(*data, {.use_success = false, .clear = true}));
  }
  if (const auto changes = json::member(*body, "changes"); kind == "change" && changes) {
    return pass(event.header.version, to_events(*changes));
  }
  const auto batches = json::member(*body, "batches");
  if (kind != "resume" || !batches || !batches->is_array()) return;
  const json::Array items = batches->get_array().value_unsafe();
  for (const json::Element batch : items) {
    const auto changes = json::member(batch, "changes");
    if (changes) pass(json::integer(batch, "version").value_or(0), to_events(*changes));
  }
}

// Once for each encoding, then the same bytes for all; the author has had its answer.
void Objects::send_all(const wire::FrameView& event, const SharedObjectMessage& message) {
  std::array<net::SharedBytes, 2> prepared;
  for (const std::uint64_t member : hub_.users(event.scope, event.name)) {
    if (member == event.header.member) continue;
    const auto id = static_cast<net::ConnId>(member);
    const auto voice = find_(id);
    if (!voice) continue;
    net::SharedBytes& bytes = prepared.at(voice->encoding == rtmp::Encoding::kAmf3 ? 1 : 0);
    if (!bytes)
      bytes =
          std::make_shared<const Bytes>(rtmp::prepare(message, voice->encoding, voice->chunk_size));
    connections_.send(id, bytes);
  }
}

}  // namespace so::ingest
