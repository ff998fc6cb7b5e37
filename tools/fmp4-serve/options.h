#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/time.h"
#include "bus/keys.h"
#include "cli/listen.h"
#include "serve.h"
#include "tap.h"

namespace so::fmp4serve {

struct Options {
  bool tapping = false;
  ServeOptions serve;
  Tap::Options tap;
  std::vector<cli::Listen> metrics;
  Millis drain{30'000};
  std::string hub_address;  // as named; empty: nobody named one
  bus::ToolKeyFiles hub_keys{};
};

/// Fills `options` from the command line, the environment and the file. An answer ends the process.
std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace so::fmp4serve
