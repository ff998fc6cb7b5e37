#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "json/read.h"
#include "wsproto/request.h"

namespace so::wsproto {

/// A request of HTTP as far as it says what is wanted (man/scopewire-ws.7, REQUESTS OVER HTTP).
struct HttpCall {
  std::string_view method;
  std::span<const std::pair<std::string, std::string>> query;
  bool text = false;      // the body is the text of a value, not JSON
  std::string_view once;  // Idempotency-Key; empty: none
  std::string_view body;
};

/// What it asks of the hub.
struct HttpRequests {
  std::vector<std::variant<Request, Refusal>> all;  // at least one
  bool list = false;                                // and so is the answer
  static constexpr std::size_t kMost = 100;
};

/// Whether a GET is about a room: what is in it, not a file.
bool is_of_room(std::span<const std::pair<std::string, std::string>> query);

/// Requests that need a connection to live on are refused.
std::variant<HttpRequests, Refusal> read_http(json::Parser& parser, const HttpCall& call);

/// "line 2, column 7": where the text stops being JSON; empty: nowhere.
std::string where_broken(std::string_view text);

}  // namespace so::wsproto
