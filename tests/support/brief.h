#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "json/read.h"
#include "wire/frame.h"

namespace so::test {

/// Events of the hub in one short line each, so that tests are read like a protocol:
///     chat@2 k=1 -n clear doIt["p1",2]     a change: object, version, changes
///     join /chat gw-1 {}                   a tool's name stands for its incarnation
///     call /chat sum[1,2] from gw-1, kick gw-1 "reason"
///     mail ann@3 {"a":1}                   identity, number, message
///     up /live/cam gw-1, down /live/cam gw-1, meta /live/cam 1234 {"a":1}
inline std::string brief_change(json::Element change) {
  const auto op = json::text(change, "op").value_or("");
  if (op == "clear") return "clear";
  if (op == "delete") return fmt::format("-{}", json::text(change, "key").value());
  if (op == "send") {
    return fmt::format("{}{}", json::text(change, "handler").value(),
                       json::compact(json::member(change, "args").value()));
  }
  return fmt::format("{}={}", json::text(change, "key").value(),
                     json::compact(json::member(change, "value").value()));
}

inline std::string brief_changes(json::Element list) {
  std::string out;
  const json::Array changes = list.get_array().value();
  for (const json::Element change : changes) out += ' ' + brief_change(change);
  return out;
}

inline std::string brief(std::string_view body) {
  json::Parser parser;
  const json::Element event = parser.parse(body).value();
  const auto text = [&](std::string_view name) { return json::text(event, name).value(); };
  const auto raw = [&](std::string_view name) {
    return json::compact(json::member(event, name).value());
  };
  const auto kind = text("event");
  if (kind == "change") {
    return fmt::format("{}@{}{}", text("object"), raw("version"),
                       brief_changes(json::member(event, "changes").value()));
  }
  if (kind == "join")
    return fmt::format("join {} {} {}", text("scope"), text("member"), raw("info"));
  if (kind == "leave") return fmt::format("leave {} {}", text("scope"), text("member"));
  if (kind == "stream") {
    return fmt::format("{} {} {}", text("state"), text("stream"), text("publisher"));
  }
  if (kind == "meta") {
    const auto timestamp = json::member(event, "timestamp");
    return fmt::format("meta {} {} {}", text("stream"),
                       timestamp ? json::compact(*timestamp) : "never", raw("data"));
  }
  if (kind == "mail") {
    return fmt::format("mail {}@{} {}", text("identity"), raw("seq"), raw("message"));
  }
  if (kind == "call") {
    return fmt::format("call {} {}{} from {}", text("scope"), text("method"), raw("args"),
                       text("from"));
  }
  if (kind == "kick") return fmt::format("kick {} {}", text("member"), raw("reason"));
  return std::string{body};
}

}  // namespace so::test
