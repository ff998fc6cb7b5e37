#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "net/ws_server.h"

namespace so::edge {

/// The options that bound what clients of a WebSocket server may do, the same in every tool that
/// has one. The field is borrowed until the command line has been parsed.
void add_limits(cli::Command& command, net::WsOptions& server);

/// A field that is set by how much a second it is, with twice as much at once.
cli::Value per_second(net::RateLimit& field);

/// Pages of which origin may connect.
cli::Value origins(std::vector<std::string>& field);

/// What listeners with TLS show.
void add_tls(cli::Command& command, net::TlsFiles& files);
/// Reads them again, and says what became of it.
void reload_tls(net::WsServer& server);
/// For Command::check(): `addresses` need them, and they were not named or cannot be used; or they
/// were said and nothing needs them.
std::optional<Exit> refuse_tls(const cli::Command& command,
                               const std::vector<cli::Listen>& addresses,
                               const net::TlsFiles& files);

}  // namespace so::edge
