#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "doorway.h"
#include "json/read.h"
#include "net/http.h"
#include "wsproto/http.h"

namespace so::gateway {

/// Requests that come without a connection that stays (scopewire-ws(7), REQUESTS OVER HTTP): each
/// is asked by a visitor of the scope, whom nobody sees come and go, and answered in the words of
/// scopewire.v1.
///
/// They take turns, some requests at a time, so that others are heard in between. What reads may
/// have a large answer: only some such of all lists are asked at a time, and what is behind them
/// waits. What is in a list beyond its bounds is not done, and answered "limit".
class HttpDoor {
 public:
  struct Bounds {
    std::size_t list = 1U << 20U;    // bytes: the answers of a list, or the first alone
    std::size_t lists = 64U << 20U;  // and of all lists, until each is complete
  };
  HttpDoor(Doorway& doorway, const Bounds& bounds) : doorway_(doorway), bounds_(bounds) {}

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
  void closed(net::ConnId id) { forget(id); }
  /// Nothing is waited for any longer.
  void give_up(net::ConnId id);
  /// Calls back when nothing is left to be asked of what came until now: what was asked, the hub
  /// answers in order.
  void when_asked(std::function<void()> then);

  /// Lists that were not done to the end, for a bound of their own or for that of all.
  struct Counters {
    std::uint64_t list = 0;
    std::uint64_t lists = 0;
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  using Wanted = std::variant<wsproto::Request, wsproto::Refusal>;
  struct Waiting {
    Visit visit;
    std::vector<Wanted> wanted;
    std::vector<std::string> answers;  // to each, when it has come
    std::size_t next = 0;              // the first of them that was not asked
    std::size_t open = 0;              // asked, and not answered
    std::size_t bytes = 0;             // of the answers
    std::size_t largest = 0;           // of the answers to reads
    bool reading = false;              // what is open reads
    std::string_view full{};           // why the rest is not done; empty: it is
    int status = 200;                  // of the only answer
    bool list = false;
    std::string etag{};           // of what was got; empty: none
    std::string if_none_match{};  // what the client has

    [[nodiscard]] bool complete() const { return next == wanted.size() && open == 0; }
  };

  void take_turns();
  void go_on(net::ConnId id, Waiting& waiting);
  [[nodiscard]] std::size_t reads_at_once(const Waiting& waiting) const;
  void ask_next(net::ConnId id, Waiting& waiting);
  [[nodiscard]] std::optional<wsproto::Refusal> refuse_next(Waiting& waiting);
  void answer(net::ConnId id, std::size_t index, bool reading, const bus::Reply& reply);
  [[nodiscard]] bool fits(Waiting& waiting, std::size_t bytes);
  void put(Waiting& waiting, std::size_t index, const bus::Reply& reply);
  void put(Waiting& waiting, std::size_t index, const wsproto::Refusal& refusal);
  void put(Waiting& waiting, std::size_t index, int status, std::string text);
  void reply(net::ConnId id, Waiting& waiting);
  bool forget(net::ConnId id);
  void tell_asked();

  Doorway& doorway_;
  Bounds bounds_;
  std::unordered_map<net::ConnId, Waiting> waiting_;
  std::deque<net::ConnId> turns_;             // who may have more to ask; some may be gone
  std::size_t reads_ = 0;                     // asked, and not answered
  std::size_t held_ = 0;                      // bytes of the answers that wait for others
  std::vector<std::function<void()>> asked_;  // whom to tell
  Counters counters_;
  json::Parser parser_;
};

}  // namespace so::gateway
