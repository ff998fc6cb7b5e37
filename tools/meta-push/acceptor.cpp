#include "acceptor.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"

namespace so::meta {
namespace {

/// What is known of all who come in.
constexpr const char* kClaims = R"({"role":"anonymous","door":"tcp"})";

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::open(net::Loop& loop, bus::Client& hub,
                                                 Options options) {
  auto server = net::TcpServer::listen(loop, options.address, {.caps = options.caps, .limits = {}});
  if (!server) return fail(server.error());
  return std::unique_ptr<Acceptor>{new Acceptor{loop, hub, std::move(options), *std::move(server)}};
}

Acceptor::Acceptor(net::Loop& loop, bus::Client& hub, Options options,
                   std::unique_ptr<net::TcpServer> server)
    : loop_(loop), hub_(hub), options_(std::move(options)), server_(std::move(server)) {
  server_->connections().set_handlers(
      {.on_open = [this](net::ConnId id, const net::Address& peer) { opened(id, peer); },
       .on_bytes = [this](net::ConnId id, ByteView bytes) { received(id, bytes); },
       .on_drained = {},
       .on_close =
           [this](net::ConnId id, std::string_view why) {
             log::debug("connection {} has ended: {}", net::to_number(id), why);
             peers_.at(id).push->end();
           }});
}

void Acceptor::opened(net::ConnId id, const net::Address& peer) {
  Push::Options push = options_.push;
  push.who = to_string(peer) + ", ";
  const std::uint64_t member = hub_.new_member();
  hub_.introduce(member, kClaims);
  peers_.emplace(
      id, Peer{member,
               std::make_unique<Push>(
                   hub_, member, std::move(push),
                   Push::Handlers{
                       .drained = [this, id] { want(id); },
                       .read = {},
                       .done = [this, id](Exit) { loop_.defer([this, id] { forget(id); }); }})});
  want(id);
}

void Acceptor::received(net::ConnId id, ByteView bytes) {
  peers_.at(id).push->receive(as_text(bytes));
  want(id);
}

void Acceptor::want(net::ConnId id) {
  server_->connections().want_bytes(id, there_ && !peers_.at(id).push->full());
}

void Acceptor::forget(net::ConnId id) {
  const auto peer = peers_.find(id);
  hub_.gone(peer->second.member);
  peers_.erase(peer);
}

void Acceptor::hub_is(bool there) {
  there_ = there;
  for (const auto& [id, peer] : peers_) want(id);
}

}  // namespace so::meta
