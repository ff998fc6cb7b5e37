#include "hub_server.h"

#include <utility>

#include "base/log.h"

namespace so {

using hub::ToolId;

Result<std::unique_ptr<HubServer>> HubServer::bind(const HubOptions& options, net::Loop& loop) {
  auto bus = bus::ZmqHub::bind(options.address, loop, options.keys);
  if (!bus) return fail(bus.error());
  return std::unique_ptr<HubServer>{new HubServer{std::move(*bus), options, loop}};
}

HubServer::HubServer(std::unique_ptr<bus::ZmqHub> bus, const HubOptions& options, net::Loop& loop)
    : loop_(loop),
      bus_(std::move(bus)),
      hub_(loop, options.hub, [this](const hub::Effects& effects) { deliver(effects); }) {
  bus_->listen(
      {.frame = [this](ToolId from, const wire::FrameView& request) { hub_.apply(from, request); },
       .gone =
           [this](ToolId tool) {
             hub_.apply(
                 tool, {.header = {.kind = wire::Kind::kBye}, .scope = {}, .name = {}, .body = {}});
           },
       .refused = [this](std::string_view why) { refused(why); }});
}

// Who is turned away comes again at once, and may be many.
void HubServer::refused(std::string_view why) {
  constexpr Seconds kBetween{10};
  ++unsaid_;
  if (said_ && loop_.now() - *said_ < kBetween) return;
  said_ = loop_.now();
  log::warn("no connection with a tool: {} ({} since the last such line)", why,
            std::exchange(unsaid_, 0));
}

void HubServer::deliver(const hub::Effects& effects) {
  for (const hub::Send& send : effects.sends) bus_->send(send);
  for (const ToolId tool : effects.gone) bus_->forget(tool);
}

}  // namespace so
