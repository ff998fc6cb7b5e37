#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "doorway.h"
#include "json/read.h"
#include "net/http.h"
#include "wsproto/http.h"

namespace so::gateway {

/// Requests that come without a connection that stays (scopewire-ws(7), REQUESTS OVER HTTP): each
/// is asked by a visitor of the scope, whom nobody sees come and go, and answered in the words of
/// scopewire.v1.
class HttpDoor {
 public:
  explicit HttpDoor(Doorway& doorway) : doorway_(doorway) {}

  /// What a page must not do to another, and what a browser asks before it does anything; nullopt:
  /// go on. Before the body has come.
  [[nodiscard]] static std::optional<net::HttpReply> refuse(const net::HttpRequest& request,
                                                            bool by_cookie);

  /// Where, and who asks: its user, empty without one.
  struct Visit {
    std::string scope;
    std::string user;
  };
  /// Asks all that it wants, and replies when all is answered.
  void ask(net::ConnId id, const Visit& visit, const net::HttpRequest& request,
           std::string_view body);
  void closed(net::ConnId id) { waiting_.erase(id); }
  /// Nothing is waited for any longer.
  void give_up(net::ConnId id);

 private:
  struct Waiting {
    std::vector<std::string> answers;
    std::size_t open = 0;
    int status = 200;  // of the only answer
    bool list = false;
    std::string etag;           // of what was got; empty: none
    std::string if_none_match;  // what the client has
  };

  void answer(net::ConnId id, std::size_t index, const wsproto::Request& request,
              const bus::Reply& reply);
  void put(net::ConnId id, std::size_t index, int status, std::string text);
  void reply(net::ConnId id, Waiting& waiting);

  Doorway& doorway_;
  std::unordered_map<net::ConnId, Waiting> waiting_;
  json::Parser parser_;
};

}  // namespace so::gateway
