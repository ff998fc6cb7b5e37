#include <algorithm>

#include <libwebsockets.h>

#include "net/ws_engine.h"
#include "net/ws_io.h"

namespace so::net {
namespace {

// RFC 6454 and the fetch standard: whose page may read the answer. Cookies are of account only for
// those who were named.
void let_read(HttpReply& reply, const HttpRequest& request) {
  if (request.origin.empty() || request.welcome == Welcome::kNo) return;
  reply.headers.emplace_back("Vary", "Origin");
  const bool named = request.welcome == Welcome::kNamed;
  reply.headers.emplace_back("Access-Control-Allow-Origin", named ? request.origin : "*");
  if (named) reply.headers.emplace_back("Access-Control-Allow-Credentials", "true");
}

}  // namespace

void WsEngine::reply(ConnId id, HttpReply reply) {
  WsConnection* const c = find(id);
  if (c == nullptr || c->phase != Phase::kOwed) return;
  lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);
  if (!reply.chunked && !reply.until_close) {
    prepare(*c, std::move(reply), nullptr, false);
    lws_callback_on_writable(c->wsi);
    return;
  }
  let_read(reply, *c->request);
  const std::string head = reply_head(reply, 0, wall_now());
  c->phase = Phase::kBody;
  c->chunked = reply.chunked;
  c->progress_at = loop_->now();
  c->request.reset();
  c->out.push_always(std::make_shared<const Bytes>(to_bytes(as_bytes(head))));
  schedule(*c, std::min(options_.pong_within, Millis{1000}));
  mark(*c);
}

int WsEngine::answer(WsConnection& c, HttpReply reply, const Page* page, bool head_only) {
  prepare(c, std::move(reply), page, head_only);
  return continue_reply(c);
}

void WsEngine::prepare(WsConnection& c, HttpReply reply, const Page* page, bool head_only) {
  c.phase = Phase::kReply;
  c.progress_at = loop_->now();
  if (c.request) let_read(reply, *c.request);
  c.request.reset();
  c.content.reset();
  c.reply = std::make_unique<WsConnection::Reply>();
  c.reply->own_body = std::move(reply.body);
  c.reply->body = page != nullptr ? page->body : std::string_view{c.reply->own_body};
  c.reply->head = reply_head(reply, c.reply->body.size(), wall_now());
  if (head_only) c.reply->body = {};
  lws_set_timeout(c.wsi, NO_PENDING_TIMEOUT, 0);  // ours looks at progress
  schedule(c, std::min(options_.handshake, Millis{1000}));
}

// -1 when all has left: close. Every piece is written when the one before has left, so a slow
// reader holds no copy of a page.
int WsEngine::continue_reply(WsConnection& c) {
  constexpr std::size_t kPiece = 64U << 10U;
  if (c.phase == Phase::kBodyEnd && c.out.empty()) return -1;
  if (c.phase != Phase::kReply) {
    flush(c);
    return 0;
  }
  WsConnection::Reply& reply = *c.reply;
  while (lws_partial_buffered(c.wsi) == 0) {
    const bool in_head = reply.sent < reply.head.size();
    const std::string_view part = in_head ? std::string_view{reply.head}.substr(reply.sent)
                                          : reply.body.substr(reply.sent - reply.head.size());
    if (part.empty()) {
      say_goodbye(c.wsi);
      return -1;
    }
    const std::size_t size = std::min(part.size(), kPiece);
    // Only read, whatever the signature says.
    auto* const bytes = const_cast<std::uint8_t*>(as_bytes(part).data());
    if (lws_write(c.wsi, bytes, size, LWS_WRITE_HTTP) < 0) return -1;
    reply.sent += size;
    c.progress_at = loop_->now();
  }
  lws_callback_on_writable(c.wsi);
  return 0;
}

}  // namespace so::net
