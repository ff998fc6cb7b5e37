#include "hub_server.h"

#include <utility>

namespace so {

using hub::ToolId;

Result<std::unique_ptr<HubServer>> HubServer::bind(const HubOptions& options, net::Loop& loop) {
  auto bus = bus::ZmqHub::bind(options.address, loop);
  if (!bus) return fail(bus.error());
  return std::unique_ptr<HubServer>{new HubServer{std::move(*bus), options, loop}};
}

HubServer::HubServer(std::unique_ptr<bus::ZmqHub> bus, const HubOptions& options, net::Loop& loop)
    : bus_(std::move(bus)),
      hub_(loop, options.hub, [this](const hub::Effects& effects) { deliver(effects); }) {
  bus_->listen(
      {.frame = [this](ToolId from, const wire::FrameView& request) { hub_.apply(from, request); },
       .gone =
           [this](ToolId tool) {
             hub_.apply(
                 tool, {.header = {.kind = wire::Kind::kBye}, .scope = {}, .name = {}, .body = {}});
           }});
}

void HubServer::deliver(const hub::Effects& effects) {
  for (const hub::Send& send : effects.sends) bus_->send(send);
  for (const ToolId tool : effects.gone) bus_->forget(tool);
}

}  // namespace so
