#include <algorithm>
#include <optional>

#include <libwebsockets.h>

#include "base/ascii.h"
#include "net/ws_engine.h"
#include "net/ws_header.h"

namespace so::net {
namespace {

// RFC 9110, 8.6: digits alone; several that are joined by commas are no number.
std::optional<std::size_t> length_of(const std::string& text) {
  constexpr std::size_t kDigits = 15;  // far beyond every bound, far below what overflows
  if (text.empty() || text.size() > kDigits || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  return std::stoull(text);
}

}  // namespace

// Not GET and not HEAD: those who may go on are asked for the body.
int WsEngine::on_other_method(WsConnection& c) {
  if (auto refusal = refuse_content(c)) return answer(c, *std::move(refusal), nullptr, false);
  c.phase = Phase::kContent;
  schedule(c, options_.handshake);
  if (c.content->length == 0) return on_content_end(c);
  if (!has_header(c.wsi, WSI_TOKEN_HTTP_EXPECT)) return 0;
  std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const int sent = lws_write(c.wsi, const_cast<std::uint8_t*>(as_bytes(go_on).data()),  // NOLINT
                             go_on.size(), LWS_WRITE_HTTP);
  return sent < 0 ? -1 : 0;
}

// Fills the content on its way.
std::optional<HttpReply> WsEngine::refuse_content(WsConnection& c) {
  if (!c.role->handlers.on_method || going_) {
    return HttpReply{
        .status = 405, .body = "only GET and HEAD\n", .headers = {{"Allow", "GET, HEAD"}}};
  }
  const std::string length = header(c.wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
  const bool in_chunks = has_header(c.wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING);
  const bool needs_one = c.request->method == "POST" || c.request->method == "PUT";
  if (in_chunks || (length.empty() && needs_one)) {
    return HttpReply{.status = 411, .body = "the body needs a Content-Length\n"};
  }
  const auto bytes = length.empty() ? std::size_t{0} : length_of(length);
  if (!bytes) return HttpReply{.status = 400, .body = "Content-Length is not a number\n"};
  if (auto reply = c.role->handlers.on_method(*c.request)) return reply;
  const std::size_t most = c.role->listener.message_bytes;
  if (*bytes > most) {
    ++counters_.too_big;
    return HttpReply{.status = 413,
                     .body = "the body is over the limit of " + std::to_string(most) + " bytes\n"};
  }
  c.content = std::make_unique<WsConnection::Content>();
  c.content->length = *bytes;
  return std::nullopt;
}

// A body that nobody wants is read too: a reset would take our answer with it.
int WsEngine::on_content(WsConnection& c, std::string_view piece) {
  if (c.phase != Phase::kContent) return 0;
  c.content->text += piece.substr(0, c.content->length - c.content->text.size());
  return 0;
}

int WsEngine::on_content_end(WsConnection& c) {
  if (c.phase != Phase::kContent) return 0;
  lws_set_timeout(c.wsi, NO_PENDING_TIMEOUT, 0);
  c.phase = Phase::kOwed;
  c.announced = true;
  ++open_;
  schedule(c, std::min(options_.pong_within, Millis{1000}));
  const auto content = std::move(c.content);
  if (going_) return 0;
  const HttpRequest request = *c.request;  // a reply takes it away
  c.role->handlers.on_body(c.id, request, content->text);
  return 0;
}

}  // namespace so::net
