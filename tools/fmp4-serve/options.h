#pragma once

#include <optional>
#include <string>

#include "base/exit_code.h"
#include "base/time.h"
#include "bus/keys.h"
#include "serve.h"
#include "tap.h"

namespace so::fmp4serve {

struct Options {
  bool tapping = false;
  ServeOptions serve;
  Tap::Options tap;
  std::string hub_address;  // as named; empty: nobody named one
  bus::ToolKeyFiles hub_keys{};
};

/// Fills `options` from the command line, the environment and the file. An answer ends the process.
std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace so::fmp4serve
