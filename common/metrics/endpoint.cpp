#include "metrics/endpoint.h"

#include <utility>

namespace so::metrics {
namespace {

constexpr std::size_t kConnections = 16;  // scrapers, not clients

}  // namespace

Result<std::unique_ptr<Endpoint>> Endpoint::open(net::Loop& loop, const net::Address& address,
                                                 std::string tool, Collect collect,
                                                 Unready unready) {
  net::WsListener listener;
  listener.address = address;
  net::WsOptions options;
  options.caps = {.total = kConnections, .per_address = kConnections};
  auto server = net::WsServer::open(loop, {std::move(listener)}, options);
  if (!server) return fail(server.error());
  return std::unique_ptr<Endpoint>{
      new Endpoint{std::move(*server), std::move(tool), std::move(collect), std::move(unready)}};
}

Endpoint::Endpoint(std::unique_ptr<net::WsServer> server, std::string tool, Collect collect,
                   Unready unready)
    : server_(std::move(server)),
      tool_(std::move(tool)),
      collect_(std::move(collect)),
      unready_(std::move(unready)) {
  net::WsHandlers handlers;
  handlers.on_request = [](const net::HttpRequest&) {
    return net::WsVerdict::refuse(404, "there is no WebSocket here");
  };
  handlers.on_get = [this](const net::HttpRequest& request) { return answer(request); };
  server_->set_handlers(0, std::move(handlers));
}

std::optional<net::HttpReply> Endpoint::answer(const net::HttpRequest& request) const {
  if (request.path == "/healthz") return net::HttpReply{.body = "ok\n"};
  if (request.path == "/readyz" && unready_) return net::readiness(unready_());
  if (request.path != "/metrics") return std::nullopt;
  Families families;
  add_process(families, tool_);
  collect_(families);
  return net::HttpReply{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                        .body = to_text(families.take())};
}

}  // namespace so::metrics
