#include "serve.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "json/write.h"
#include "messages.h"
#include "wire/path.h"

namespace so::fmp4serve {
namespace {

constexpr std::string_view kRichProtocol = "scopewire.fmp4.v1";

net::WsVerdict verdict(const net::HttpRequest& request) {
  const auto stream = wire::normal_path(request.path);
  if (!stream) return net::WsVerdict::refuse(400, stream.error().text);
  if (*stream == "/") return net::WsVerdict::refuse(404, "the path names no stream");
  if (const auto cut = read_cut(request, {}); !cut) {
    return net::WsVerdict::refuse(400, cut.error().text);
  }
  return net::WsVerdict::accept();
}

// Everything here is only read; a page of another origin may ask beforehand whether it may.
std::optional<net::HttpReply> refuse_method(const net::HttpRequest& request) {
  constexpr std::string_view kMethods = "GET, HEAD";
  if (request.method != "OPTIONS") {
    return net::HttpReply{.status = 405,
                          .body = "only GET and HEAD\n",
                          .headers = {{"Allow", std::string{kMethods}}}};
  }
  if (request.welcome != net::Welcome::kNo) {
    return net::preflight(kMethods, "Authorization, Cache-Control, Range");
  }
  return net::HttpReply{.status = 403,
                        .body = "pages from " + request.origin + " may not ask here\n"};
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
    : hub_(hub), loop_(loop), server_(server), cut_(options.cut) {
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
  handlers.on_request = [this](const net::HttpRequest& request) {
    return drain_ ? edge::Drain::refusal() : verdict(request);
  };
  handlers.on_open = [this](net::ConnId id, const net::HttpRequest& request,
                            std::string_view subprotocol) { open(id, request, subprotocol); };
  handlers.on_close = [this](net::ConnId id, std::uint16_t) { closed(id); };
  handlers.on_get = [this](const net::HttpRequest& request) { return get(request); };
  handlers.on_get_later = [this](net::ConnId id, const net::HttpRequest& request) {
    return get_later(id, request);
  };
  handlers.on_method = refuse_method;
  handlers.on_message = [this](net::ConnId id, const net::WsMessage& m) { message(id, m); };
  const std::size_t count = options.listen.size() + options.tls_listen.size();
  for (std::size_t i = 0; i < count; ++i) server.set_handlers(i, handlers);
}

void Serve::open(net::ConnId id, const net::HttpRequest& request, std::string_view subprotocol) {
  const auto stream = wire::normal_path(request.path);
  if (!stream) return server_.close(id, net::close_code::kBadRequest, stream.error().text);
  const Dialect dialect = subprotocol == kRichProtocol ? Dialect::kRich : Dialect::kPlain;
  const auto cut = read_cut(request, cut_);  // good, or the verdict had been another
  watching_.emplace(id, Watcher{.watching = {*stream, dialect, {}, cut.value_or(cut_)}});
  ask(id);
}

// A file has no way to say that it waits, so it waits no longer than it is told to.
bool Serve::get_later(net::ConnId id, const net::HttpRequest& request) {
  const auto file = read_file_request(request, cut_);
  if (file && !*file) return false;
  if (drain_) {
    const net::WsVerdict no = edge::Drain::refusal();
    server_.reply(
        id, {.status = no.status, .body = no.reason + "\n", .headers = {{"Retry-After", "1"}}});
    return true;
  }
  if (!file) {
    server_.reply(id, {.status = 400, .body = file.error().text + "\n"});
    return true;
  }
  Watcher watcher{.watching = (*file)->watching, .wait = (*file)->wait};
  watcher.patience =
      std::make_unique<net::Timer>(loop_, [this, id, stream = watcher.watching.stream] {
        server_.reply(id, {.status = 404, .body = "nothing of " + stream + " came in time\n"});
      });
  watcher.patience->start(watcher.wait.value_or(Millis{10'000}));
  watching_.emplace(id, std::move(watcher));
  ask(id);
  return true;
}

void Serve::ask(net::ConnId id) {
  hub_.may_play(net::to_number(id), watching_.at(id).watching.stream,
                [this, id](const bus::Reply& reply) { answered(id, reply); });
}

// While there is no hub nobody can say, and who watches waits: it is asked again.
void Serve::answered(net::ConnId id, const bus::Reply& reply) {
  const auto entry = watching_.find(id);
  if (entry == watching_.end() || entry->second.allowed || reply.code == "hub_lost") return;
  Watcher& watcher = entry->second;
  const std::string& stream = watcher.watching.stream;
  if (!reply.ok()) return refuse(id, watcher, reply.message);
  if (watcher.is_file() && !watcher.wait && !live_.contains(stream)) {
    return server_.reply(id, {.status = 404, .body = stream + " is not live\n"});
  }
  watcher.allowed = true;
  channel(stream).add(id, watcher.watching);
}

void Serve::refuse(net::ConnId id, const Watcher& watcher, std::string_view why) {
  log::info("a viewer was refused {}: {}", watcher.watching.stream, why);
  if (watcher.is_file()) return server_.reply(id, {.status = 403, .body = std::string{why} + "\n"});
  server_.close(id, net::close_code::kForbidden, why);
}

void Serve::message(net::ConnId id, const net::WsMessage& message) {
  const auto entry = watching_.find(id);
  if (entry == watching_.end() || !entry->second.allowed || !message.text) return;
  const Watching& watching = entry->second.watching;
  const auto request = read_request(parser_, as_text(message.payload), watching.dialect);
  if (request) return on(id, *channels_.at(watching.stream), *request);
  if (watching.dialect != Dialect::kRich) return;
  server_.send(id, net::Frame::text(error_message(request.error().text)));
}

void Serve::on(net::ConnId id, Channel& channel, const Request& request) {
  constexpr Millis kPause{200};  // between requests that cost a whole group of pictures
  Watcher& watcher = watching_.at(id);
  if (const auto* said = std::get_if<Report>(&request)) return report(watcher, *said);
  if (std::holds_alternative<Pause>(request)) return channel.pause(id);
  if (std::holds_alternative<Ping>(request)) {
    const auto utc = std::chrono::duration_cast<Seconds>(wall_now());
    return channel.pong(id, static_cast<std::uint64_t>(utc.count()));
  }
  if (loop_.now() - watcher.asked < kPause) return;
  watcher.asked = loop_.now();
  if (std::holds_alternative<Snapshot>(request)) return channel.snapshot(id);
  channel.to_live(id);
}

void Serve::report(Watcher& watcher, const Report& report) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40U;  // what is more is no count of frames
  const std::uint64_t before = watcher.report ? watcher.report->dropped.value_or(0) : 0;
  const std::uint64_t now = report.dropped.value_or(before);
  if (now > before && now < kMost) dropped_ += now - before;
  watcher.report = report;
}

Serve::Reports Serve::reports() const {
  Reports all{.dropped = dropped_};
  for (const auto& [id, watcher] : watching_) {
    if (!watcher.report) continue;
    const Report& said = *watcher.report;
    ++all.viewers;
    if (said.buffer) all.buffer = std::min(all.buffer.value_or(*said.buffer), *said.buffer);
    if (said.latency) all.latency = std::max(all.latency.value_or(*said.latency), *said.latency);
  }
  return all;
}

Channel& Serve::channel(const std::string& stream) {
  auto& entry = channels_[stream];
  if (!entry) {
    entry = std::make_unique<Channel>(loop_, server_, stream, counts_);
    hub_.follow(stream, {.meta = true, .streams = false, .latest = true});
    if (const auto live = live_.find(stream); live != live_.end()) entry->online(live->second);
  }
  return *entry;
}

void Serve::closed(net::ConnId id) {
  const auto entry = watching_.find(id);
  if (entry == watching_.end()) return;
  Watcher watcher = std::move(entry->second);
  watching_.erase(entry);
  if (watcher.allowed) unwatch(id, watcher.watching.stream);
  if (watching_.empty() && drain_) drain_->look();
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
  const auto data = json::member(*body, "data");
  if (event.header.kind != wire::Kind::kMetadata || !data) return;
  const auto timestamp = json::number(*body, "timestamp");
  const std::string text = json::compact(*data);
  for (const auto& [name, channel] : channels_) {
    if (name == stream || stream == "/") channel->metadata(timestamp, text);
  }
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
  drain_ = std::make_unique<edge::Drain>(loop_, edge::Drain::closing(server_, [this] {
                                           std::vector<net::ConnId> all;
                                           for (const auto& [id, watcher] : watching_)
                                             all.push_back(id);
                                           return all;
                                         }));
  drain_->start(within, std::move(done));
}

}  // namespace so::fmp4serve
