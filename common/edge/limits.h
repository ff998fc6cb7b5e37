#pragma once

#include "cli/command.h"
#include "net/ws_server.h"

namespace so::edge {

/// The options that bound what clients of a WebSocket server may do, the same in every tool that
/// has one. The field is borrowed until the command line has been parsed.
void add_limits(cli::Command& command, net::WsOptions& server);

}  // namespace so::edge
