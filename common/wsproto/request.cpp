#include "wsproto/request.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "json/write.h"
#include "wire/member.h"
#include "wire/path.h"

namespace so::wsproto {
namespace {

enum class Shape { kPlain, kOneChange, kChanges, kPing, kRefresh, kCall, kMailbox, kEmit };

struct Operation {
  std::string_view name;
  wire::Kind kind;
  bool object;  // names one
  Shape shape;
};

constexpr std::array kOperations{
    Operation{"join", wire::Kind::kJoin, false, Shape::kPlain},
    Operation{"leave", wire::Kind::kLeave, false, Shape::kPlain},
    Operation{"use", wire::Kind::kUse, true, Shape::kPlain},
    Operation{"release", wire::Kind::kRelease, true, Shape::kPlain},
    Operation{"set", wire::Kind::kChange, true, Shape::kOneChange},
    Operation{"delete", wire::Kind::kChange, true, Shape::kOneChange},
    Operation{"clear", wire::Kind::kChange, true, Shape::kOneChange},
    Operation{"send", wire::Kind::kChange, true, Shape::kOneChange},
    Operation{"change", wire::Kind::kChange, true, Shape::kChanges},
    Operation{"get", wire::Kind::kGet, true, Shape::kPlain},
    Operation{"drop", wire::Kind::kDrop, true, Shape::kPlain},
    Operation{"list", wire::Kind::kList, false, Shape::kPlain},
    Operation{"members", wire::Kind::kMembers, false, Shape::kPlain},
    Operation{"stat", wire::Kind::kStat, true, Shape::kPlain},
    Operation{"history", wire::Kind::kHistory, false, Shape::kPlain},
    Operation{"call", wire::Kind::kCall, false, Shape::kCall},
    Operation{"result", wire::Kind::kResult, false, Shape::kCall},
    Operation{"register", wire::Kind::kRegister, false, Shape::kMailbox},
    Operation{"unregister", wire::Kind::kUnregister, false, Shape::kMailbox},
    Operation{"notify", wire::Kind::kNotify, false, Shape::kMailbox},
    Operation{"ack", wire::Kind::kAcknowledge, false, Shape::kMailbox},
    Operation{"emit", wire::Kind::kEmit, false, Shape::kEmit},
    Operation{"ping", {}, false, Shape::kPing},
    Operation{"refresh", {}, false, Shape::kRefresh},
};

// The members of a single change, and of a batch; the hub refuses what an operation lacks.
constexpr std::array<std::string_view, 5> kChangeKeys{"op", "key", "value", "handler", "args"};
constexpr std::array<std::string_view, 6> kBatchKeys{"changes",  "force", "expect",
                                                     "producer", "seq",   "once"};
// Those of an event for others.
constexpr std::array<std::string_view, 3> kEmitKeys{"data", "to", "route"};
// Those of a message for an identity.
constexpr std::array<std::string_view, 3> kNoteKeys{"message", "producer", "seq"};
// Those of a call, and of its result.
constexpr std::array<std::string_view, 6> kCallKeys{"args", "timeout", "to",
                                                    "call", "result",  "error"};

void copy_members(json::Writer& to, json::Element from, std::span<const std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const auto value = json::member(from, key)) to.key(key).raw(json::compact(*value));
  }
}

std::string call_of(wire::Kind kind, json::Element message) {
  const std::span keys{kCallKeys};
  json::Writer body;
  body.object();
  copy_members(body, message, kind == wire::Kind::kCall ? keys.first(3) : keys.last(3));
  return body.end().take();
}

std::string changes_of(const Operation& operation, json::Element message) {
  json::Writer body;
  body.object();
  if (operation.shape == Shape::kOneChange) {
    body.key("changes").array().object();
    copy_members(body, message, kChangeKeys);
    body.end().end();
    copy_members(body, message, std::span{kBatchKeys}.subspan(1));
  } else {
    copy_members(body, message, kBatchKeys);
  }
  return body.end().take();
}

struct Reader {
  json::Element message;
  std::string id;

  [[nodiscard]] Refusal refuse(std::string_view code, std::string message_text) const {
    return {id, std::string{code}, std::move(message_text)};
  }

  [[nodiscard]] std::variant<Request, Refusal> read(const Operation& operation) const {
    Request request;
    request.id = id;
    request.ping = operation.shape == Shape::kPing;
    request.refresh = operation.shape == Shape::kRefresh;
    request.kind = operation.kind;
    if (auto refusal = names(operation, request)) return *refusal;
    if (auto refusal = position(request)) return *refusal;
    if (auto refusal = options(request)) return *refusal;
    if (operation.shape == Shape::kEmit) request.body = body_of(kEmitKeys);
    if (operation.shape == Shape::kMailbox) {
      if (auto refusal = mailbox(request)) return *refusal;
    }
    if (request.refresh) {
      const auto token = json::text(message, "token");
      if (!token) return refuse("bad_request", "token is missing or not a string");
      request.token = *token;
    }
    if (operation.kind == wire::Kind::kChange) request.body = changes_of(operation, message);
    if (operation.shape == Shape::kCall) request.body = call_of(operation.kind, message);
    return request;
  }

  // A stream has a path as a scope has, which its bus frame has in that place.
  std::optional<Refusal> stream(Request& request) const {
    const auto given = json::text(message, "stream");
    if (!given) return refuse("bad_request", "stream is missing or not a string");
    auto stream = wire::normal_path(*given);
    if (!stream) return refuse("bad_path", stream.error().text);
    request.scope = std::move(*stream);
    return std::nullopt;
  }

  std::optional<Refusal> names(const Operation& operation, Request& request) const {
    if (operation.kind == wire::Kind::kHistory) return stream(request);
    if (const auto given = json::member(message, "scope")) {
      if (!given->is_string()) return refuse("bad_request", "scope is not a string");
      auto scope = wire::normal_path(given->get_string().value_unsafe());
      if (!scope) return refuse("bad_path", scope.error().text);
      request.scope = std::move(*scope);
    }
    if (operation.shape == Shape::kEmit) {
      const auto name = json::text(message, "name");
      if (!name) return refuse("bad_request", "name is missing or not a string");
      request.method = *name;
    }
    if (operation.kind == wire::Kind::kCall) {
      const auto method = json::text(message, "method");
      if (!method) return refuse("bad_request", "method is missing or not a string");
      request.method = *method;
    }
    if (!operation.object) return std::nullopt;
    if (const auto given = json::member(message, "object")) {
      const auto object = json::text(message, "object");
      if (!object) return refuse("bad_request", "object is not a string");
      request.object = *object;
    }
    return std::nullopt;
  }

  std::optional<Refusal> options(Request& request) const {
    if (const auto info = json::member(message, "info")) {
      if (!info->is_object()) return refuse("bad_request", "info is not an object");
      request.info = json::compact(*info);
    }
    if (json::member(message, "key")) {
      const auto key = json::text(message, "key");
      if (!key) return refuse("bad_request", "key is not a string");
      request.key = *key;
    }
    request.last = json::integer(message, "last");
    if (json::member(message, "last") && !request.last) {
      return refuse("bad_request", "last is not a whole number");
    }
    for (const auto& [name, field] : {std::pair{"presence", &request.presence},
                                      {"pattern", &request.pattern},
                                      {"list", &request.all},
                                      {"persistent", &request.persistent}}) {
      if (!json::member(message, name)) continue;
      const auto flag = json::boolean(message, name);
      if (!flag) return refuse("bad_request", fmt::format("{} is not true or false", name));
      *field = *flag;
    }
    return std::nullopt;
  }

  std::optional<Refusal> mailbox(Request& request) const {
    if (json::member(message, "identity")) {
      const auto identity = json::text(message, "identity");
      if (!identity || identity->empty()) return refuse("bad_request", "identity is not a name");
      request.identity = *identity;
    }
    request.lifetime = json::integer(message, "lifetime");
    if (json::member(message, "lifetime") && !request.lifetime) {
      return refuse("bad_request", "lifetime is not a whole number");
    }
    if (json::member(message, "max_connections")) {
      const auto most = json::integer(message, "max_connections");
      if (!most) return refuse("bad_request", "max_connections is not a whole number");
      request.connections = *most;
    }
    if (request.kind == wire::Kind::kAcknowledge) {
      const auto number = json::integer(message, "seq");
      if (!number || request.epoch == 0) return refuse("bad_request", "epoch and seq are missing");
      request.version = *number;
    }
    if (request.kind != wire::Kind::kNotify) return std::nullopt;
    if (request.identity.empty()) return refuse("bad_request", "identity is missing");
    request.body = body_of(kNoteKeys);
    return std::nullopt;
  }

  [[nodiscard]] std::string body_of(std::span<const std::string_view> keys) const {
    json::Writer body;
    body.object();
    copy_members(body, message, keys);
    return body.end().take();
  }

  // epoch and version: what the client has of the object it uses.
  std::optional<Refusal> position(Request& request) const {
    if (const auto given = json::member(message, "epoch")) {
      const auto epoch =
          given->is_string() ? wire::from_hex64(given->get_string().value_unsafe()) : std::nullopt;
      if (!epoch) return refuse("bad_request", "epoch is not 16 hexadecimal digits");
      request.epoch = *epoch;
    }
    if (json::member(message, "version")) {
      const auto version = json::integer(message, "version");
      if (!version) return refuse("bad_request", "version is not a whole number");
      request.version = *version;
    }
    return std::nullopt;
  }
};

// An id may be any string or number; other things are not repeated.
std::string id_of(json::Element message) {
  const auto id = json::member(message, "id");
  if (!id || (!id->is_string() && !id->is_number())) return {};
  return json::compact(*id);
}

// Of what cannot be read as a whole, so that whoever said it is not left waiting: where it begins
// with the id, a number.
std::string id_in(std::string_view text) {
  constexpr std::string_view kBegins = R"({"id":)";
  constexpr std::size_t kDigits = 15;
  if (!text.starts_with(kBegins)) return {};
  const std::string_view id = text.substr(kBegins.size());
  const std::size_t digits = std::min(id.find_first_not_of("0123456789"), id.size());
  const bool whole = digits > 0 && digits <= kDigits && id.substr(digits).starts_with(',');
  const bool zeros = digits > 1 && id.front() == '0';
  return whole && !zeros ? std::string{id.substr(0, digits)} : std::string{};
}

}  // namespace

std::variant<Request, Refusal> parse_request(json::Parser& parser, std::string_view text) {
  const auto message = parser.parse(text);
  if (!message) return Refusal{id_in(text), "bad_json", message.error().text};
  if (!message->is_object()) return Refusal{{}, "bad_request", "a request is a JSON object"};
  const Reader reader{*message, id_of(*message)};
  const auto op = json::text(*message, "op");
  if (!op) return reader.refuse("bad_request", "op is missing or not a string");
  const auto* operation = std::find_if(kOperations.begin(), kOperations.end(),
                                       [&](const Operation& o) { return o.name == *op; });
  if (operation == kOperations.end())
    return reader.refuse("unknown_op", fmt::format("there is no operation \"{}\"", *op));
  return reader.read(*operation);
}

}  // namespace so::wsproto
