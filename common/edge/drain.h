#pragma once

#include <functional>
#include <vector>

#include "net/conn_id.h"
#include "net/loop.h"
#include "net/ws_server.h"

namespace so::edge {

/// Takes leave of a server's clients one after the other, so that they do not all knock at the next
/// door at once. Nothing that was taken from a client stays unanswered.
class Drain {
 public:
  struct Steps {
    std::function<void(net::ConnId)> hush;              // no more is taken from it
    std::function<void(std::function<void()>)> settle;  // calls back when all taken is answered
    std::function<void(net::ConnId)> close;             // of who is gone, too
  };
  Drain(net::Loop& loop, Steps steps);
  /// Of clients that are owed nothing: they are closed, with 1001.
  static Steps closing(net::WsServer& server);

  /// How long it takes for so many: a thousand a second, or faster to be done `within`.
  static Millis window(std::size_t count, Millis within);

  /// Once. Who does not settle is closed `within` all the same.
  void start(std::vector<net::ConnId> who, Millis within);

 private:
  void next();
  void close_all();

  Steps steps_;
  std::vector<net::ConnId> who_;
  std::size_t at_ = 0;  // those before are hushed
  std::size_t batch_ = 1;
  net::Timer tick_;
  net::Timer end_;
};

}  // namespace so::edge
