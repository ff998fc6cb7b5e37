#include "rtmp_door.h"

#include <cstdlib>
#include <utility>
#include <variant>

#include "base/random.h"
#include "json/write.h"
#include "shared_json.h"
#include "wire/path.h"

namespace so::ctl {
namespace {

constexpr Millis kDial{5000};
constexpr Millis kTick{500};

template <class Event>
const Event* find(const rtmp::SharedObjectMessage& message) {
  for (const rtmp::shared::Event& event : message.events) {
    if (const auto* found = std::get_if<Event>(&event)) return found;
  }
  return nullptr;
}

// The hub's word for what an RTMP server says.
std::string_view code_of(std::string_view status) {
  if (status == "SharedObject.BadPersistence") return "persistence";
  if (status == "NetConnection.Call.Failed") return "hub_lost";  // of a change: it knows no more
  if (status == "SharedObject.NoReadAccess" || status == "SharedObject.NoWriteAccess")
    return "denied";
  if (status == "SharedObject.ObjectCreationFailed") return "limit";
  return "protocol";
}

// Whom to believe that he is who he says, as OpenSSL's programs are told.
std::string trusted_file() {
  const char* named = std::getenv("SSL_CERT_FILE");
  return named != nullptr ? named : "/etc/ssl/certs/ca-certificates.crt";
}

}  // namespace

RtmpDoor::RtmpDoor(net::Loop& loop, rtmp::Url url, bool persistent, std::string token)
    : loop_(loop),
      url_(std::move(url)),
      persistent_(persistent),
      token_(std::move(token)),
      connections_(loop),
      tick_(loop, [this] { tick(); }),
      call_timeout_(loop, [this] { reply({.code = "timeout", .message = "no answer in time"}); }) {
  const auto path = rtmp::join_path(url_.path);
  if (!path) return;
  if (auto scope = wire::scope_of_url(path->path, wire::query_value(path->query, "scope")))
    scope_ = std::move(*scope);
}

void RtmpDoor::open(Done opened, Done lost) {
  opened_ = std::move(opened);
  lost_ = std::move(lost);
  connections_.set_handlers(
      {.on_bytes =
           [this](net::ConnId, ByteView bytes) {
             session_->receive(bytes, loop_.now());
             turn();
           },
       .on_close = [this](net::ConnId, std::string_view why) { gone("hub_lost", why); }});
  dial_.emplace(loop_, net::Address{url_.host, url_.port}, kDial,
                [this](Result<UniqueFd> socket) { connected(std::move(socket)); });
}

void RtmpDoor::connected(Result<UniqueFd> socket) {
  if (!socket) return gone("unreachable", socket.error().text);
  std::unique_ptr<net::TlsSession> tls;
  if (url_.secure) {
    const auto identity = net::TlsIdentity::client(trusted_file());
    if (!identity) return gone("unreachable", identity.error().text);
    tls = std::make_unique<net::TlsSession>(*identity, url_.host);
  }
  id_ = connections_.adopt(std::move(*socket), {url_.host, url_.port}, {}, std::move(tls));
  session_.emplace(rtmp::ClientOptions{}, random_u64(), loop_.now());
  rtmp::ConnectArguments arguments;
  arguments.app = url_.path;
  arguments.tc_url = rtmp::tc_url(url_, url_.path);
  if (!token_.empty()) arguments.extra.push_back({"token", amf::Value::string(token_)});
  session_->connect(arguments);
  tick_.start(kTick, kTick);
  turn();
}

void RtmpDoor::tick() {
  if (!session_) return;
  session_->tick(loop_.now());
  turn();
}

void RtmpDoor::turn() {
  std::string failure;
  while (true) {
    auto event = session_->next();
    if (!event) failure = event.error().text;
    if (!event || !*event) break;
    std::visit([this](const auto& e) { on(e); }, **event);
  }
  if (Bytes output = session_->take_output(); !output.empty())
    connections_.send(id_, std::move(output));
  if (!failure.empty()) connections_.close(id_, failure);
}

void RtmpDoor::gone(std::string_view code, std::string_view why) {
  tick_.stop();
  const Reply reply{.code = code, .message = why};
  for (const Change& change : std::exchange(changes_, {})) change.done(reply);
  for (const Done& done : std::exchange(asked_, {})) done(reply);
  if (const Done replied = std::exchange(replied_, nullptr)) replied(reply);
  if (const Done opened = std::exchange(opened_, nullptr)) return opened(reply);
  if (const Done lost = std::exchange(lost_, nullptr)) lost(reply);
}

void RtmpDoor::on(const rtmp::Connected& event) {
  const amf::Value* member = event.information.find("member");
  if (member != nullptr) member_ = member->as_string().value_or("");
  if (const Done opened = std::exchange(opened_, nullptr)) opened({});
}

void RtmpDoor::on(const rtmp::ConnectRefused& event) {
  const std::string_view code =
      event.code == "NetConnection.Connect.InvalidApp" ? "no_application" : "denied";
  if (const Done opened = std::exchange(opened_, nullptr))
    opened({.code = code, .message = event.description});
}

// Who brings no token is told so when it wants something.
void RtmpDoor::on(const rtmp::StreamStatus& status) {
  if (status.code == "NetConnection.Connect.Rejected") gone("denied", status.description);
}

void RtmpDoor::send(std::string_view object, std::vector<rtmp::shared::Event> events) {
  rtmp::SharedObjectMessage message;
  message.name = object;
  message.version = version_;
  message.flags = persistent_ ? rtmp::SharedObjectMessage::kPersistent : 0;
  message.events = std::move(events);
  session_->send_shared_object(message);
  turn();
}

void RtmpDoor::use(std::string_view object, Done used) {
  object_ = object;
  asked_.push_back(std::move(used));
  send(object, {rtmp::shared::Use{}});
}

void RtmpDoor::get(std::string_view object, std::string_view key, Done done) {
  use(object, [key = std::string{key}, done](const Reply& used) {
    if (!used.ok() || key.empty()) return done(used);
    json::Parser parser;
    const auto sync = parser.parse(used.body);
    const auto data = sync ? json::member(*sync, "data") : std::nullopt;
    const auto value = data ? json::member(*data, key) : std::nullopt;
    if (!value) return done({.code = "not_found", .message = "there is no such attribute"});
    json::Writer body;
    const std::string text = body.object().key("value").raw(json::compact(*value)).end().take();
    done({.version = used.version, .body = text});
  });
}

void RtmpDoor::change(std::string_view object, std::string_view changes, Done done) {
  auto requests = to_requests(changes);
  if (!requests) return done({.code = "unsupported", .message = requests.error().text});
  changes_.push_back({std::string{object}, std::move(*requests), std::move(done)});
  if (changes_.size() == 1) next_change();
}

// One at a time: an answer says what was done, not which request it answers.
void RtmpDoor::next_change() {
  use(changes_.front().object, [this](const Reply& used) {
    if (!used.ok()) return changed(used);
    asked_.emplace_back([this](const Reply& reply) { changed(reply); });
    request_ = changes_.front().requests.front();
    send(changes_.front().object, changes_.front().requests);
  });
}

void RtmpDoor::changed(const Reply& reply) {
  if (changes_.empty()) return;  // the connection is gone, and all have been told
  const Done done = std::move(changes_.front().done);
  changes_.pop_front();
  if (!changes_.empty()) next_change();
  done(reply);
}

void RtmpDoor::watch(std::string_view object, Line line, Done done) {
  line_ = std::move(line);
  use(object, std::move(done));
}

void RtmpDoor::drop(std::string_view, Done done) {
  done({.code = "unsupported", .message = "RTMP has no way to end an object"});
}

void RtmpDoor::list(std::string_view, Done done) {
  done({.code = "unsupported", .message = "RTMP has no way to ask what there is"});
}

void RtmpDoor::on(const rtmp::SharedObjectMessage& message) {
  if (message.name != object_) return;
  version_ = message.version;
  if (line_) {
    if (const std::string event = to_event(scope_, message); !event.empty()) line_(event);
  }
  settle(message);
}

// What is said to us alone, or says that ours is done, answers the oldest that was asked.
void RtmpDoor::settle(const rtmp::SharedObjectMessage& message) {
  const auto* status = find<rtmp::shared::Status>(message);
  const bool used = find<rtmp::shared::UseSuccess>(message) != nullptr;
  const bool changed = request_ && answers(*request_, message);
  if (asked_.empty() || (status == nullptr && !used && !changed)) return;
  const Done done = std::move(asked_.front());
  asked_.pop_front();
  if (status != nullptr) return done({.code = code_of(status->code), .message = status->code});
  const std::string body = used ? to_event(scope_, message) : std::string{};
  done({.version = message.version, .body = body});
}

}  // namespace so::ctl
