#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/time.h"
#include "bus/keys.h"
#include "cli/listen.h"
#include "cli/policy_file.h"
#include "cli/tokens.h"
#include "exec.h"
#include "gateway.h"
#include "hub/options.h"
#include "store/open.h"

namespace so::gateway {

struct Options {
  GatewayOptions gateway;
  bool standalone = false;
  hub::Options hub;      // of the one inside, with standalone
  store::Options store;  // of the one inside
  cli::Tokens tokens;
  std::vector<cli::Listen> metrics;
  Millis drain{30'000};
  ExecOptions exec;
  cli::Rules rules;         // hooks are for the hub inside
  std::string config;       // the file they are read from again
  std::string hub_address;  // as named; empty: nobody named one
  bus::ToolKeyFiles hub_keys{};
};

/// Fills `options` from the command line, the environment and the file. An answer ends the process.
std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace so::gateway
