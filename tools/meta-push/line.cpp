#include "line.h"

#include <utility>

#include "base/log.h"
#include "base/random.h"

namespace so::meta {
namespace {

constexpr Millis kDial{10'000};
constexpr Seconds kGood{30};  // so long is a success, after which it begins with the short waits

}  // namespace

Line::Line(net::Loop& loop, net::Address address, Handlers handlers)
    : loop_(loop),
      address_(std::move(address)),
      handlers_(std::move(handlers)),
      connections_(loop),
      retry_(loop, [this] { dial(); }) {
  connections_.set_handlers({.on_open =
                                 [this](net::ConnId, const net::Address&) {
                                   log::info("connected to {}", to_string(address_));
                                   connections_.want_bytes(id_, wanted_);
                                   if (handlers_.open) handlers_.open();
                                 },
                             .on_bytes =
                                 [this](net::ConnId, ByteView bytes) {
                                   if (handlers_.bytes) handlers_.bytes(bytes);
                                 },
                             .on_drained =
                                 [this](net::ConnId) {
                                   if (handlers_.drained) handlers_.drained();
                                 },
                             .on_close =
                                 [this](net::ConnId, std::string_view why) {
                                   id_ = net::kNoConn;
                                   if (loop_.now() - since_ >= kGood) backoff_.reset();
                                   if (handlers_.closed) handlers_.closed();
                                   if (!closing_) lost(why);
                                 }});
}

void Line::start() {
  dial();
}

void Line::dial() {
  dial_.emplace(loop_, address_, kDial,
                [this](Result<UniqueFd> socket) { dialled(std::move(socket)); });
}

void Line::dialled(Result<UniqueFd> socket) {
  if (!socket) return lost(socket.error().text);
  since_ = loop_.now();
  id_ = connections_.adopt(std::move(*socket), address_);
}

void Line::lost(std::string_view why) {
  const Millis wait = backoff_.next(random_u64());
  log::warn("{}: {}; again in {} ms", to_string(address_), why, wait.count());
  retry_.start(wait);
}

net::Sent Line::send(Bytes bytes) {
  return is_open() ? connections_.send(id_, std::move(bytes)) : net::Sent::kGone;
}

void Line::close() {
  if (!is_open() || std::exchange(closing_, true)) return;
  connections_.close(id_, "done");
}

void Line::want_bytes(bool wanted) {
  wanted_ = wanted;
  if (is_open()) connections_.want_bytes(id_, wanted);
}

}  // namespace so::meta
