#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "json/read.h"
#include "wire/frame.h"

namespace so::wsproto {

/// A request of the scopewire.v1 protocol (man/scopewire-ws.7), translated to what the bus asks of
/// the hub.
struct Request {
  std::string id;     // compact JSON, repeated in the reply; empty: no reply wanted unless it fails
  bool ping = false;  // answered by the gateway,
  bool refresh = false;  // and so is this, with `token`; the rest is for the hub
  std::string token;     // refresh
  wire::Kind kind{};
  std::string scope;  // normal form; empty: the scope of the URL. history: the stream
  std::string object;
  std::string method;                 // call; emit: the name of the event
  std::string key;                    // get; empty: all
  std::optional<std::uint64_t> last;  // get, history: so many of the newest
  std::string info;                   // join: what others are shown, compact JSON; empty: nothing
  bool presence = false;              // join
  bool pattern = false;               // drop: the object is a pattern of names
  bool all = false;                   // stat: of all that is in the scope too
  bool persistent = false;            // use
  std::uint64_t epoch = 0;            // use, get: what the client has
  std::uint64_t version = 0;          // use, get
  std::string identity;               // register, unregister, notify, ack; empty: the user's
  std::optional<std::uint64_t> lifetime;  // register: milliseconds
  std::uint64_t connections = 1;          // register
  std::string body;                       // notify, change, call, result: of the bus frame
};

/// Why a message is no request, ready for the reply.
struct Refusal {
  std::string id;
  std::string code;  // of man/scopewire-bus.7, or bad_json, unknown_op
  std::string message;
};

/// Reads one message. What the hub checks (names of keys, values, rights) is left to it.
std::variant<Request, Refusal> parse_request(json::Parser& parser, std::string_view text);

}  // namespace so::wsproto
