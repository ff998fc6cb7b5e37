#include "serve.h"

#include <utility>

#include "base/log.h"
#include "json/write.h"
#include "wire/path.h"

namespace so::fmp4serve {
namespace {

constexpr std::string_view kRichProtocol = "scopewire.fmp4.v1";

net::WsVerdict verdict(const net::HttpRequest& request) {
  const auto stream = wire::normal_path(request.path);
  if (!stream) return net::WsVerdict::refuse(400, stream.error().text);
  if (*stream == "/") return net::WsVerdict::refuse(404, "the path names no stream");
  return net::WsVerdict::accept();
}

}  // namespace

std::vector<net::WsListener> listeners(const ServeOptions& options) {
  std::vector<net::WsListener> all;
  const auto add = [&](const net::Address& address) -> net::WsListener& {
    net::WsListener& listener = all.emplace_back();
    listener.address = address;
    listener.subprotocols = {std::string{kRichProtocol}};
    listener.origins = options.origins;
    listener.pages = net::embedded_pages();
    listener.when_full = net::WhenFull::kTell;
    listener.queue_bytes = options.queue_bytes;
    listener.message_bytes = 1024;  // nothing of size is said to us
    return listener;
  };
  for (const net::Address& address : options.listen) add(address);
  for (const net::Address& address : options.tls_listen) add(address).tls = options.tls;
  return all;
}

Serve::Serve(const ServeOptions& options, bus::Client& hub, net::WsServer& server, net::Loop& loop)
    : hub_(hub), loop_(loop), server_(server) {
  hub.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
              .sync = {},
              .link =
                  [this](bool connected, std::string_view why) {
                    connected ? log::info("the hub is there")
                              : log::warn("the hub is gone: {}", why);
                    if (!connected) return;
                    for (const auto& [id, watcher] : watching_) {
                      if (!watcher.allowed) ask(id);
                    }
                  },
              .refused = {}});
  hub.follow("/", {.meta = false, .streams = true, .latest = false});
  net::WsHandlers handlers;
  handlers.on_request = verdict;
  handlers.on_open = [this](net::ConnId id, const net::HttpRequest& request,
                            std::string_view subprotocol) { open(id, request, subprotocol); };
  handlers.on_close = [this](net::ConnId id, std::uint16_t) { closed(id); };
  handlers.on_get = [this](const net::HttpRequest& request) { return get(request); };
  const std::size_t count = options.listen.size() + options.tls_listen.size();
  for (std::size_t i = 0; i < count; ++i) server.set_handlers(i, handlers);
}

void Serve::open(net::ConnId id, const net::HttpRequest& request, std::string_view subprotocol) {
  const auto stream = wire::normal_path(request.path);
  if (!stream) return server_.close(id, net::close_code::kBadRequest, stream.error().text);
  const Dialect dialect = subprotocol == kRichProtocol ? Dialect::kRich : Dialect::kPlain;
  watching_.emplace(id, Watcher{*stream, dialect});
  ask(id);
}

void Serve::ask(net::ConnId id) {
  hub_.may_play(net::to_number(id), watching_.at(id).stream,
                [this, id](const bus::Reply& reply) { answered(id, reply); });
}

// While there is no hub nobody can say, and who watches waits: it is asked again.
void Serve::answered(net::ConnId id, const bus::Reply& reply) {
  const auto entry = watching_.find(id);
  if (entry == watching_.end() || entry->second.allowed || reply.code == "hub_lost") return;
  if (!reply.ok()) {
    log::info("a viewer was refused {}: {}", entry->second.stream, reply.message);
    return server_.close(id, net::close_code::kForbidden, reply.message);
  }
  entry->second.allowed = true;
  channel(entry->second.stream).add(id, entry->second.dialect);
}

Channel& Serve::channel(const std::string& stream) {
  auto& entry = channels_[stream];
  if (!entry) {
    entry = std::make_unique<Channel>(loop_, server_, stream);
    hub_.follow(stream, {.meta = true, .streams = false, .latest = true});
    if (const auto live = live_.find(stream); live != live_.end()) entry->online(live->second);
  }
  return *entry;
}

void Serve::closed(net::ConnId id) {
  const auto entry = watching_.find(id);
  if (entry == watching_.end()) return;
  const Watcher watcher = std::move(entry->second);
  watching_.erase(entry);
  if (watcher.allowed) unwatch(id, watcher.stream);
  if (watching_.empty() && drained_) std::exchange(drained_, nullptr)();
}

void Serve::unwatch(net::ConnId id, const std::string& stream) {
  const auto found = channels_.find(stream);
  found->second->remove(id);
  if (found->second->viewers() > 0) return;
  hub_.unfollow(stream);
  channels_.erase(found);
}

void Serve::event(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  if (!body) return log::error("unable to read an event of the hub: {}", body.error().text);
  const std::string stream{event.scope};
  if (event.header.kind == wire::Kind::kStream) return stream_event(stream, *body);
  const auto channel = channels_.find(stream);
  const auto data = json::member(*body, "data");
  if (event.header.kind != wire::Kind::kMetadata || channel == channels_.end() || !data) return;
  channel->second->metadata(json::number(*body, "timestamp").value_or(0), json::compact(*data));
}

void Serve::stream_event(const std::string& stream, json::Element event) {
  const auto channel = channels_.find(stream);
  if (json::text(event, "state") == "up") {
    const std::string endpoint{json::text(event, "endpoint").value_or("")};
    if (endpoint.empty()) return;  // nowhere to fetch it from
    live_.insert_or_assign(stream, endpoint);
    if (channel != channels_.end()) channel->second->online(endpoint);
    return;
  }
  live_.erase(stream);
  if (channel != channels_.end()) channel->second->offline();
}

std::optional<net::HttpReply> Serve::get(const net::HttpRequest& request) const {
  if (request.path == "/healthz") return net::HttpReply{.body = "ok\n"};
  if (request.path == "/streams.json") {
    return net::HttpReply{
        .status = 200, .content_type = "application/json", .body = streams_json()};
  }
  if (request.path == "/readyz") return net::readiness(unready());
  return std::nullopt;
}

std::string Serve::unready() const {
  if (drain_) return "draining";
  return hub_.connected() ? "" : "no hub";
}

std::string Serve::streams_json() const {
  json::Writer text;
  text.object().key("streams").array();
  for (const auto& [stream, endpoint] : live_) {
    const auto channel = channels_.find(stream);
    text.object().key("stream").string(stream).key("viewers");
    text.natural(channel == channels_.end() ? 0 : channel->second->viewers()).end();
  }
  return text.end().end().take();
}

void Serve::drain(Millis within, std::function<void()> done) {
  server_.stop_listening();
  if (watching_.empty()) return done();
  drained_ = std::move(done);
  std::vector<net::ConnId> all;
  for (const auto& [id, watcher] : watching_) all.push_back(id);
  drain_ = std::make_unique<edge::Drain>(
      loop_, edge::Drain::Steps{.hush = [](net::ConnId) {},
                                .settle = [](const std::function<void()>& then) { then(); },
                                .close =
                                    [this](net::ConnId id) {
                                      server_.close(id, net::close_code::kGoingAway,
                                                    "shutting down");
                                    }});
  drain_->start(std::move(all), within);
}

}  // namespace so::fmp4serve
