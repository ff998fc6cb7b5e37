#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/families.h"
#include "net/ws_server.h"

namespace so::edge {

/// How often clients met limits of the tool's own.
using Limits = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// What a WebSocket server has and does.
void add_metrics(metrics::Families& to, const net::WsServer& server, const Limits& more = {});

}  // namespace so::edge
