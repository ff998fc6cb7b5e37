#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <zmq.hpp>

#include "bus/zmq_poll.h"
#include "net/loop.h"

namespace so::bus {

/// A reason: ZmqZap knows more of it.
inline constexpr std::string_view kUnknownKey = "our key is not known there";

enum class Link {
  kUp,
  kDown,
  kFailed,  // did not come to be
};

/// Tells when a socket's connections come and go. For zmq_*.cpp alone.
class ZmqLinks {
 public:
  /// `why` is for people, of one that went or did not come to be; empty: nobody said why.
  using Handler = std::function<void(Link link, std::string_view why)>;
  ZmqLinks(zmq::context_t& context, zmq::socket_t& socket, net::Loop& loop, Handler handler);
  ~ZmqLinks();
  ZmqLinks(const ZmqLinks&) = delete;
  ZmqLinks& operator=(const ZmqLinks&) = delete;

 private:
  void receive();

  zmq::socket_t* watched_;
  zmq::socket_t events_;
  Handler handler_;
  ZmqPoll poll_;
};

}  // namespace so::bus
