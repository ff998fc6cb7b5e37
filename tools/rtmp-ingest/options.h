#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "bus/keys.h"
#include "cli/listen.h"
#include "cli/tokens.h"
#include "cli/users.h"
#include "ingest.h"
#include "net/tcp_server.h"
#include "net/tls.h"
#include "rtmp/url.h"

namespace so::ingest {

enum class Mode { kServe, kPublish, kTap, kPull, kPush };

struct Options {
  Mode mode = Mode::kServe;
  std::vector<net::Address> listen;
  std::vector<net::Address> tls_listen;
  std::vector<net::TlsIdentity::Files> certificates;  // the first is the one for all others
  std::vector<cli::Listen> metrics;
  net::TcpOptions tcp;
  std::string gop_cache = "on";
  std::string second_publisher = "refuse";
  cli::Tokens tokens;
  cli::Users users;
  IngestOptions ingest;
  std::string stream;                                     // all but kServe: a whole path
  std::vector<rtmp::Url> remotes;                         // pull: one, push: some
  std::string ca = "/etc/ssl/certs/ca-certificates.crt";  // pull and push; "none": trust all
  std::optional<Millis> duration;                         // tap
  Millis wait{10'000};                                    // tap: for the stream to begin
  std::string hub_address;                                // as named; empty: nobody named one
  bus::ToolKeyFiles hub_keys{};
  std::string media;       // where streams are to be had from other machines; empty: nowhere
  std::string media_keys;  // a file: who may have them
  bool media_insecure = false;
};

/// Fills `options` from the command line, the environment and the file. An answer ends the process.
std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace so::ingest
