#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "hub/effects.h"
#include "hub/streams.h"
#include "json/write.h"
#include "wire/frame.h"

namespace so::hub {

// The bodies of events, as scopewire-bus(7) and scopewire-ws(7) show them; change is in
// shared_object.h. `info` and `data` are JSON already.

/// A member of a scope as others see it.
struct Shown {
  std::string_view member;
  std::string_view user;  // JSON: whom its claims name; empty: nobody
  std::string_view info;  // empty: it has left
};
void append_shown(json::Writer& to, const Shown& shown);  // "member":ID,"user":"ann","info":{...}
/// `event` is join or leave; epoch and version are those of who is in the scope.
std::string presence_event(std::string_view event, std::string_view scope, std::uint64_t epoch,
                           std::uint64_t version, const Shown& shown);
std::string up_event(const Stream& stream);
std::string down_event(const Stream& stream);
std::string meta_event(std::string_view stream, std::optional<std::uint64_t> timestamp,
                       std::string_view data);

/// A call; `args` is JSON.
struct Called {
  std::string_view call;
  std::string_view scope;
  std::string_view method;
  std::string_view args;
  std::string_view from;
  Millis timeout{};
};
std::string call_event(const Called& call);
std::string kick_event(std::string_view member, std::string_view reason);

/// What one client says to others, {"event":"message",...,"from":ID}, or a server,
/// {"event":"push",...}: so no client can be taken for a server. `data` and `user` are JSON.
struct Emitted {
  std::string_view scope;
  std::string_view name;
  std::string_view data;
  std::string_view from;  // empty: a server
  std::string_view user;  // empty: none is known
};
std::string emit_event(const Emitted& emitted);

/// Where a message is: in whose mailbox, in which of its lives.
struct MailPlace {
  std::string_view identity;
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
};
/// `members` are more of the event's, JSON without braces.
std::string mail_event(const MailPlace& place, std::string_view members);
std::string replaced_event(std::string_view identity);

/// Sends the event, whose header.member is a number of `origin`, if anybody listens.
void tell(std::vector<ToolId> listeners, wire::Frame event, ToolId origin, Effects& out,
          StoreId about = 0);

}  // namespace so::hub
