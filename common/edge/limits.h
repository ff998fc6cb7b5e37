#pragma once

#include <optional>
#include <vector>

#include "cli/command.h"
#include "net/ws_server.h"

namespace so::edge {

/// The options that bound what clients of a WebSocket server may do, the same in every tool that
/// has one. The field is borrowed until the command line has been parsed.
void add_limits(cli::Command& command, net::WsOptions& server);

/// A field that is set by how much a second it is, with twice as much at once.
cli::Value per_second(net::RateLimit& field);

/// What listeners with TLS show.
void add_tls(cli::Command& command, net::TlsFiles& files);
/// Reads them again, and says what became of it.
void reload_tls(net::WsServer& server);
/// One of `addresses` needs them and they were not named: said, and the exit code.
std::optional<Exit> tls_missing(const std::vector<cli::Listen>& addresses,
                                const net::TlsFiles& files);

}  // namespace so::edge
