#include <algorithm>

#include <fmt/format.h>
#include <libwebsockets.h>

#include "base/cursor.h"
#include "base/utf8.h"
#include "net/ws_engine.h"

namespace so::net {

int WsEngine::on_event(lws* wsi, int reason, ByteView in) {
  WsConnection* const c = find(wsi);
  if (c == nullptr) return 0;
  switch (reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
      return on_upgrade(*c);
    case LWS_CALLBACK_HTTP:
      return on_http(*c);
    case LWS_CALLBACK_HTTP_WRITEABLE:
      return continue_reply(*c);
    case LWS_CALLBACK_ESTABLISHED:
      on_open(*c);
      return 0;
    case LWS_CALLBACK_RECEIVE:
      on_receive(*c, in);
      return 0;
    case LWS_CALLBACK_RECEIVE_PONG:
      c->heard = true;
      return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
      flush(*c);
      return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
      return on_peer_close(*c, in);
    case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
      on_close_begins(*c);
      return 0;
    case LWS_CALLBACK_CLOSED:
      on_closed(*c);
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
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
  // A random phase spreads the pings of those who came together.
  std::uniform_int_distribution<Millis::rep> phase{1, options_.ping_every.count()};
  schedule(c, Millis{phase(random_)});
  const auto request = std::move(c.request);
  const lws_protocols* const agreed = lws_get_protocol(c.wsi);
  const std::string_view subprotocol = request->subprotocols.empty() ? "" : agreed->name;
  if (c.role->handlers.on_open && !going_) c.role->handlers.on_open(c.id, *request, subprotocol);
}

// The library hands over each frame in pieces of what it has read; `lws_remaining_packet_payload`
// is what the frame still owes.
void WsEngine::on_receive(WsConnection& c, ByteView chunk) {
  c.heard = true;
  if (c.phase != Phase::kOpen) return;
  const std::size_t limit = c.role->listener.message_bytes;
  const std::size_t owed = lws_remaining_packet_payload(c.wsi);
  const std::size_t known = c.message.size() + chunk.size();
  if (known > limit || owed > limit - known) {
    ++counters_.too_big;
    c.message = {};
    return start_close(c, close_code::kTooBig, fmt::format("message over {} bytes", limit));
  }
  const bool whole = lws_is_final_fragment(c.wsi) != 0;
  if (whole && c.message.empty()) return deliver(c, chunk);
  c.message.insert(c.message.end(), chunk.begin(), chunk.end());
  if (whole) deliver(c, std::exchange(c.message, {}));
}

void WsEngine::deliver(WsConnection& c, ByteView payload) {
  const bool text = lws_frame_is_binary(c.wsi) == 0;
  // Ours and not the library's check: that one takes pongs for text, and passes a text that ends
  // inside a character when its last fragment is empty.
  if (text && !is_utf8(payload)) return start_close(c, close_code::kBadText, "text is not UTF-8");
  ++counters_.messages_in;
  counters_.bytes_in += payload.size();
  if (c.role->handlers.on_message && !going_) {
    c.role->handlers.on_message(c.id, {text, payload});
  }
}

// close frame: empty, or code:16 and a reason in UTF-8 (RFC 6455, 5.5.1)
int WsEngine::on_peer_close(WsConnection& c, ByteView payload) {
  if (c.phase == Phase::kCloseSent) return -1;  // the answer to ours: done
  Cursor in{payload};
  const std::uint16_t code = payload.empty() ? close_code::kNone : in.u16();
  const bool valid = in.ok() && is_utf8(in.rest());
  if (c.close_code == 0) c.close_code = valid ? code : close_code::kProtocolError;
  c.out.clear();
  if (!valid && lws_partial_buffered(c.wsi) == 0) {
    // The library would echo it, or wait for one more close frame.
    c.out.push_always(Frame::close(close_code::kProtocolError, "").bytes());
    send_directly(c);
  }
  on_close_begins(c);
  return valid ? 0 : -1;
}

void WsEngine::on_close_begins(WsConnection& c) {
  if (c.phase == Phase::kEnding) return;
  // What the library is about to say, if it found the fault.
  const auto length = static_cast<std::size_t>(lws_get_close_length(c.wsi));
  Cursor in{{lws_get_close_payload(c.wsi), length}};
  const std::uint16_t code = in.u16();
  if (c.close_code == 0 && in.ok()) c.close_code = code;
  c.phase = Phase::kEnding;
  c.out.clear();
  schedule(c, options_.close_within);
}

void WsEngine::on_closed(WsConnection& c) {
  c.phase = Phase::kEnding;
  c.out.clear();
  if (!std::exchange(c.announced, false)) return;
  --open_;
  const std::uint16_t code = c.close_code != 0 ? c.close_code : close_code::kAbnormal;
  if (c.role->handlers.on_close && !going_) c.role->handlers.on_close(c.id, code);
}

}  // namespace so::net
