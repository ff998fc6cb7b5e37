#include <algorithm>
#include <array>

#include <sys/uio.h>
#include <unistd.h>

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

HttpReply too_much() {
  return {.status = 503,
          .body = "too much is being sent to others\n",
          .headers = {{"Retry-After", "1"}}};
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
  if (!make_room(reply.body.size())) reply = too_much();
  if (c.request) let_read(reply, *c.request);
  c.request.reset();
  c.content.reset();
  c.reply = std::make_unique<WsConnection::Reply>();
  WsConnection::Reply& r = *c.reply;
  r.since = loop_->now();
  r.own_body = std::move(reply.body);
  room_.hold(c.id, r.own_body.size(), r.since);
  r.body = page != nullptr ? page->body : std::string_view{r.own_body};
  r.file = std::move(reply.file);
  const std::size_t bytes = r.file.file ? r.file.bytes : r.body.size();
  r.head = reply_head(reply, bytes, wall_now());
  r.size = r.head.size() + (head_only ? 0 : bytes);
  lws_set_timeout(c.wsi, NO_PENDING_TIMEOUT, 0);  // ours looks at progress
  schedule(c, std::min(options_.handshake, Millis{1000}));
}

// -1 when all has left, or cannot: close. What the kernel does not take is kept nowhere, so a slow
// reader holds no copy of a page or a file. Of a fast one's reply others are served in between.
int WsEngine::continue_reply(WsConnection& c) {
  constexpr std::size_t kBite = 512U << 10U;
  if (c.phase == Phase::kBodyEnd && c.out.empty()) return -1;
  if (c.phase != Phase::kReply) {
    flush(c);
    return 0;
  }
  WsConnection::Reply& reply = *c.reply;
  const std::size_t enough = std::min(reply.size, reply.sent + kBite);
  // What came before, 100 (Continue), is the library's.
  while (reply.sent < enough && lws_partial_buffered(c.wsi) == 0) {
    const Transfer sent = send_some(c);
    if (sent.ended) return -1;
    if (sent.bytes == 0) break;
    reply.sent += sent.bytes;
    c.progress_at = loop_->now();
  }
  if (reply.sent == reply.size) {
    drop_reply(c);
    say_goodbye(c.wsi);
    return -1;
  }
  lws_callback_on_writable(c.wsi);
  return 0;
}

bool WsEngine::make_room(std::size_t bytes) {
  while (!room_.fits(bytes)) {
    const auto heaviest = room_.heaviest(loop_->now());
    WsConnection* const c = heaviest ? find(*heaviest) : nullptr;
    ++counters_.crowded_out;
    if (c == nullptr) return false;
    kill(*c, close_code::kSlowConsumer);
  }
  return true;
}

// What it holds; the library takes its time to close.
void WsEngine::drop_reply(WsConnection& c) {
  room_.release(c.id);
  if (!c.reply) return;
  c.reply->own_body = {};
  c.reply->body = {};
  c.reply->file = {};
}

bool WsEngine::too_slow(const WsConnection& c) const {
  const WsConnection::Reply& reply = *c.reply;
  if (reply.sent == reply.size) return false;
  const TimePoint now = loop_->now();
  if (now - c.progress_at >= options_.handshake) return true;
  const std::chrono::duration<double> counted = now - reply.since - options_.handshake;
  return static_cast<double>(reply.sent) <
         counted.count() * static_cast<double>(options_.reply_rate);
}

// Past the library, which would copy what is left. TLS may have to be offered the same once more,
// and is: it begins where the reply has been sent to.
Transfer WsEngine::send_some(WsConnection& c) {
  const WsConnection::Reply& reply = *c.reply;
  const std::size_t in_head = std::min(reply.sent, reply.head.size());
  const std::string_view head = std::string_view{reply.head}.substr(in_head);
  const std::string_view body = body_from(reply, reply.sent - in_head);
  if (head.empty() && body.empty()) return {.ended = true};  // the file has become shorter
  // Only read, whatever the type says.
  const std::array parts{iovec{const_cast<char*>(head.data()), head.size()},
                         iovec{const_cast<char*>(body.data()), body.size()}};
  return transmit(c.wsi, parts);
}

// The next of it, in one piece. Borrowed until the next call.
std::string_view WsEngine::body_from(const WsConnection::Reply& reply, std::size_t at) {
  constexpr std::size_t kPiece = 64U << 10U;
  const std::size_t size =
      std::min(kPiece, reply.size - std::min(reply.size, reply.head.size() + at));
  if (!reply.file.file) return reply.body.substr(at, size);
  piece_.resize(kPiece);
  const ssize_t got =
      size == 0 ? 0 : pread(reply.file.file->get(), piece_.data(), size, static_cast<off_t>(at));
  return std::string_view{piece_}.substr(0, static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
}

}  // namespace so::net
