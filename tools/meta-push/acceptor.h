#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "bus/client.h"
#include "net/loop.h"
#include "net/tcp_server.h"
#include "push.h"

namespace so::meta {

/// EvoStream's inboundJsonMeta: who connects sends values for one stream, any number, one after the
/// other. A peer that sends nonsense hurts nobody else; one that is faster than the hub is read
/// later. While the hub is away nobody is read.
class Acceptor {
 public:
  struct Options {
    net::Address address;
    Push::Options push;  // of each peer
    net::Admission::Caps caps{};
  };
  static Result<std::unique_ptr<Acceptor>> open(net::Loop& loop, bus::Client& hub, Options options);

  [[nodiscard]] const net::Address& address() const { return server_->address(); }  // the real one
  [[nodiscard]] std::size_t peers() const { return peers_.size(); }
  void hub_is(bool there);

 private:
  struct Peer {
    std::uint64_t member = 0;
    std::unique_ptr<Push> push;
  };

  Acceptor(net::Loop& loop, bus::Client& hub, Options options,
           std::unique_ptr<net::TcpServer> server);
  void opened(net::ConnId id, const net::Address& peer);
  void received(net::ConnId id, ByteView bytes);
  void want(net::ConnId id);
  void forget(net::ConnId id);

  net::Loop& loop_;
  bus::Client& hub_;
  Options options_;
  std::unique_ptr<net::TcpServer> server_;
  std::map<net::ConnId, Peer> peers_;  // until what they have sent has its answers
  bool there_ = false;                 // the hub
};

}  // namespace so::meta
