#include <libwebsockets.h>

#include "net/ws_engine.h"

namespace so::net {
namespace {

// What the library may still come with for one that was killed. To go on would give it more time.
bool goes_on(int reason) {
  return reason == LWS_CALLBACK_HTTP_CONFIRM_UPGRADE || reason == LWS_CALLBACK_HTTP ||
         reason == LWS_CALLBACK_HTTP_BODY || reason == LWS_CALLBACK_HTTP_BODY_COMPLETION ||
         reason == LWS_CALLBACK_HTTP_WRITEABLE || reason == LWS_CALLBACK_ESTABLISHED;
}

}  // namespace

int WsEngine::on_event(lws* wsi, int reason, std::string_view in) {
  WsConnection* const c = find(wsi);
  if (c == nullptr) return 0;
  if (c->phase == Phase::kEnding && goes_on(reason)) return -1;
  switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      return on_upgrade(*c);
    case LWS_CALLBACK_HTTP:
      return on_http(*c);
    case LWS_CALLBACK_HTTP_BODY:
      return on_content(*c, in);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
      return on_content_end(*c);
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return continue_reply(*c);
    case LWS_CALLBACK_CLOSED_HTTP:
      if (c->announced) on_closed(*c);
      return 0;
    case LWS_CALLBACK_ESTABLISHED:
      on_open(*c);
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      flush(*c);
      return 0;
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
      on_close_begins(*c);
      return 0;
    case LWS_CALLBACK_CLOSED:
      on_closed(*c);
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      if (c->phase == Phase::kHead) ++counters_.broken;
      forget(c->id);
      return 0;
    case LWS_CALLBACK_RAW_ADOPT:  // the method CONNECT: the library would make it a raw socket
    case LWS_CALLBACK_RAW_RX:
      return -1;
    default:
      return 0;
  }
}

void WsEngine::on_open(WsConnection& c) {
  ++counters_.opened;
  ++open_;
  c.phase = Phase::kOpen;
  c.announced = true;
  // The library gives the descriptor up to us for reading: held back, it does not look for POLLIN.
  lws_rx_flow_control(c.wsi, 0);
  mark(c);
  // A random phase spreads the pings of those who came together.
  std::uniform_int_distribution<Millis::rep> phase{1, options_.ping_every.count()};
  schedule(c, Millis{phase(random_)});
  const auto request = std::move(c.request);
  const lws_protocols* const agreed = lws_get_protocol(c.wsi);
  const std::string_view subprotocol = request->subprotocols.empty() ? "" : agreed->name;
  if (c.role->handlers.on_open && !going_) c.role->handlers.on_open(c.id, *request, subprotocol);
}

void WsEngine::on_close_begins(WsConnection& c) {
  if (c.phase == Phase::kEnding) return;
  c.phase = Phase::kEnding;
  c.out.clear();
  stop_reading(c);
  schedule(c, options_.close_within);
}

void WsEngine::on_closed(WsConnection& c) {
  c.phase = Phase::kEnding;
  c.out.clear();
  stop_reading(c);
  if (!std::exchange(c.announced, false)) return;
  --open_;
  const std::uint16_t code = c.close_code != 0 ? c.close_code : close_code::kAbnormal;
  ++counters_.closes[close_code::known(code)];
  if (c.role->handlers.on_close && !going_) c.role->handlers.on_close(c.id, code);
}

}  // namespace so::net
