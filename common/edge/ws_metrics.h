#pragma once

#include "metrics/families.h"
#include "net/ws_server.h"

namespace so::edge {

/// What a WebSocket server has and does.
void add_metrics(metrics::Families& to, const net::WsServer& server);

}  // namespace so::edge
