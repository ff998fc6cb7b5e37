#pragma once

#include <string>
#include <string_view>

#include "wire/frame.h"

namespace so::wsproto {

/// The texts that a scopewire.v1 client receives besides the hub's own events, which pass unchanged
/// (man/scopewire-ws.7). `id` is compact JSON, or empty.

/// The hub's answer to a request of kind `request`. A use is answered by position alone: its sync
/// follows as an event.
std::string done(std::string_view id, wire::Kind request, const wire::FrameView& reply);
std::string refused(std::string_view id, std::string_view code, std::string_view message);
/// The hub's error, whose body already is {"error":{...}}.
std::string refused_by_hub(std::string_view id, std::string_view body);
std::string pong(std::string_view id);
std::string hello(std::string_view member, std::string_view scope);

}  // namespace so::wsproto
