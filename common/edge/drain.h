#pragma once

#include <functional>
#include <vector>

#include "net/conn_id.h"
#include "net/loop.h"
#include "net/ws_server.h"

namespace so::edge {

/// Takes leave of a server's clients one after the other, so that they do not all knock at the next
/// door at once. Nothing that was taken from a client stays unanswered, and replies that are on
/// their way may arrive. It ends in time, whatever clients and hub do.
class Drain {
 public:
  struct Steps {
    std::function<std::vector<net::ConnId>()> who;      // all who are in, now
    std::function<bool()> replying;                     // plain replies are on their way
    std::function<void(net::ConnId)> hush;              // no more is taken from it
    std::function<void(std::function<void()>)> settle;  // calls back when all taken is answered
    std::function<void(net::ConnId)> close;             // of who is gone, too
  };
  Drain(net::Loop& loop, Steps steps);
  /// Of clients that are owed nothing: they are closed, with 1001.
  static Steps closing(net::WsServer& server, std::function<std::vector<net::ConnId>()> who);

  /// For whoever comes in meanwhile.
  static net::WsVerdict refusal() { return net::WsVerdict::refuse(503, "shutting down"); }

  /// How long it takes for so many: a thousand a second, or faster to be done `within`.
  static Millis window(std::size_t count, Millis within);

  /// Once; nobody is let in any more. Whoever is in `within` is closed all the same, and kGoodbye
  /// later `done` is called in any case; at once if nobody is owed anything.
  void start(Millis within, std::function<void()> done);
  /// Somebody has gone: `done` is called if it was the last.
  void look();

  static constexpr Millis kGoodbye{1000};  // for close frames to arrive and be answered

 private:
  void next();
  void end();
  void finish();

  Steps steps_;
  std::vector<net::ConnId> who_;
  std::size_t at_ = 0;  // those before are hushed
  std::size_t batch_ = 1;
  bool closed_ = false;  // all were
  std::function<void()> done_;
  net::Timer tick_;
  net::Timer end_;
};

}  // namespace so::edge
