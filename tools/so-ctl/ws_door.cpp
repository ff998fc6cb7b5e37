#include "ws_door.h"

#include <utility>

namespace so::ctl {

namespace {

// Those members of an object text that are there.
void copy(json::Writer& to, std::string_view from, std::initializer_list<const char*> names) {
  json::Parser parser;
  const auto body = parser.parse(from);
  for (const char* name : names) {
    const auto value = body ? json::member(*body, name) : std::nullopt;
    if (value) to.key(name).raw(json::compact(*value));
  }
}

// The client has the status in its words alone.
std::string_view code_of(const Error& error) {
  if (error.text.ends_with("status 401")) return "unauthorized";
  return error.code == Code::kRefused ? "denied" : "unreachable";
}

}  // namespace

WsDoor::WsDoor(net::WsClient& client, net::Url url, bool persistent, std::string token)
    : client_(client), url_(std::move(url)), persistent_(persistent), token_(std::move(token)) {}

void WsDoor::open(Done opened, Done lost) {
  opened_ = std::move(opened);
  lost_ = std::move(lost);
  client_.set_handlers(
      {.on_open = {},  // the server says hello when the scope is joined
       .on_message = [this](net::ConnId, const net::WsMessage& m) { message(as_text(m.payload)); },
       .on_drained = {},
       .on_failure = [this](net::ConnId, const Error& error) { gone(code_of(error), error.text); },
       .on_close = [this](net::ConnId, std::uint16_t,
                          std::string_view why) { gone("hub_lost", why); }});
  net::WsTarget target{.url = url_, .subprotocol = "scopewire.v1", .origin = {}};
  if (!token_.empty()) target.headers.emplace_back("Authorization", "Bearer " + token_);
  id_ = client_.connect(target);
}

void WsDoor::gone(std::string_view code, std::string_view why) {
  const Reply reply{.code = code, .message = why.empty() ? "the connection was closed" : why};
  for (auto& [id, done] : std::exchange(asked_, {})) done(reply);
  if (const Done opened = std::exchange(opened_, nullptr)) return opened(reply);
  lost_(reply);
}

json::Writer WsDoor::request(std::string_view op, std::string_view object, Done done) {
  asked_.emplace(++last_id_, std::move(done));
  json::Writer text;
  text.object().key("id").natural(last_id_).key("op").string(op);
  if (!object.empty()) text.key("object").string(object);
  return text;
}

void WsDoor::send(json::Writer& request) {
  client_.send_text(id_, request.end().take());
}

void WsDoor::get(std::string_view object, std::string_view key, Done done) {
  json::Writer text = request("get", object, std::move(done));
  if (!key.empty()) text.key("key").string(key);
  send(text);
}

// Using it says of which kind it is to be.
void WsDoor::use(std::string_view object, Done used) {
  json::Writer text = request("use", object, std::move(used));
  if (persistent_) text.key("persistent").boolean(true);
  send(text);
}

void WsDoor::change(std::string_view object, std::string_view changes, Done done) {
  if (object == watched_ && line_) return write(object, changes, std::move(done));
  use(object, [this, object = std::string{object}, changes = std::string{changes},
               done](const Reply& used) { used.ok() ? write(object, changes, done) : done(used); });
}

void WsDoor::write(std::string_view object, std::string_view changes, Done done) {
  json::Writer text = request("change", object, std::move(done));
  copy(text, changes, {"changes", "force", "expect", "producer", "seq"});
  send(text);
}

void WsDoor::watch(std::string_view object, Line line, Done done) {
  watched_ = object;
  line_ = std::move(line);
  use(object, std::move(done));
}

void WsDoor::drop(std::string_view object, Done done) {
  json::Writer text = request("drop", object, std::move(done));
  send(text);
}

void WsDoor::drop_all(std::string_view pattern, const Done& done) {
  json::Writer text = request("drop", pattern, done);
  text.key("pattern").boolean(true);
  send(text);
}

void WsDoor::list(std::string_view scope, Done done) {
  json::Writer text = request("list", {}, std::move(done));
  if (scope != "/") text.key("scope").string(scope);
  send(text);
}

void WsDoor::call(const Calling& call, Done done) {
  json::Writer text = request("call", {}, std::move(done));
  text.key("method").string(call.method).key("args").raw(call.args);
  if (call.timeout) text.key("timeout").integer(call.timeout->count());
  if (!call.to.empty()) text.key("to").string(call.to);
  send(text);
}

void WsDoor::serve(std::string_view method, bool, Line called, Done done) {
  method_ = method;
  called_ = std::move(called);
  done({.body = member_});
}

void WsDoor::called(json::Element message, std::string_view text) {
  if (called_ && json::text(message, "method") == method_) return called_(text);
  result(json::text(message, "call").value_or(""), {.code = "no_method"});
}

// What the hub does not take is too big: then at least that is said.
void WsDoor::result(std::string_view call, const bus::CallResult& result) {
  json::Writer text = request("result", {}, [this, call = std::string{call}](const Reply& reply) {
    if (reply.code != "limit" && reply.code != "bad_request") return;
    json::Writer again = request("result", {}, [](const Reply&) {});
    again.key("call").string(call).key("error").object().key("message");
    again.string("the answer was not taken: " + std::string{reply.message}).end();
    send(again);
  });
  text.key("call").string(call);
  if (result.code.empty()) {
    text.key("result").raw(result.value.empty() ? "null" : result.value);
  } else {
    text.key("error").object().key("code").string(result.code);
    text.key("message").string(result.message);
    if (!result.value.empty()) text.key("data").raw(result.value);
    text.end();
  }
  send(text);
}

void WsDoor::emit(std::string_view name, std::string_view body, const Done& done) {
  json::Writer text = request("emit", {}, done);
  text.key("name").string(name);
  copy(text, body, {"data", "to", "route"});
  send(text);
}

void WsDoor::inbox(std::string_view identity, const Mailbox& options, const Line& mail,
                   const Done& done) {
  mail_ = mail;
  json::Writer text = request("register", {}, done);
  text.key("identity").string(identity).key("max_connections").natural(options.connections);
  if (options.lifetime) text.key("lifetime").integer(options.lifetime->count());
  send(text);
}

void WsDoor::acknowledge(std::string_view identity, std::string_view epoch, std::uint64_t number,
                         const Done& done) {
  json::Writer text = request("ack", {}, done);
  text.key("identity").string(identity).key("epoch").string(epoch).key("seq").natural(number);
  send(text);
}

void WsDoor::notify(std::string_view identity, std::string_view body, const Done& done) {
  json::Writer text = request("notify", {}, done);
  text.key("identity").string(identity);
  copy(text, body, {"message", "producer", "seq"});
  send(text);
}

void WsDoor::message(std::string_view text) {
  json::Parser parser;
  const auto parsed = parser.parse(text);
  if (!parsed) return gone("protocol", "the server sent what is not JSON");
  if (json::text(*parsed, "event")) return event(*parsed, text);
  reply(*parsed, text);
}

void WsDoor::reply(json::Element message, std::string_view text) {
  const auto error = json::member(message, "error");
  const std::string code{error ? json::text(*error, "code").value_or("protocol") : ""};
  const std::string words{error ? json::text(*error, "message").value_or("") : ""};
  const auto more = error ? json::member(*error, "data") : std::nullopt;
  const std::string data = more ? json::compact(*more) : std::string{};
  const Reply reply{.code = code, .message = words, .data = data, .body = text};
  const auto id = json::integer(message, "id");
  const auto entry = id ? asked_.extract(*id) : decltype(asked_)::node_type{};
  if (entry) return entry.mapped()(reply);
  if (!error) return;
  // An error without a number is about the connection: the scope was refused.
  if (const Done opened = std::exchange(opened_, nullptr)) return opened(reply);
  lost_(reply);
}

void WsDoor::event(json::Element message, std::string_view text) {
  if (json::text(message, "event") == "hello") {
    member_ = json::text(message, "member").value_or("");
    if (const Done opened = std::exchange(opened_, nullptr)) opened({});
    return;
  }
  if (json::text(message, "event") == "mail" && mail_) return mail_(text);
  if (json::text(message, "event") == "identity_replaced") return lost_(kReplaced);
  if (json::text(message, "event") == "call") return called(message, text);
  if (line_ && json::text(message, "object") == watched_) line_(text);
}

}  // namespace so::ctl
