#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "cli/listen.h"
#include "hub/options.h"
#include "store/open.h"

namespace so {

struct HubOptions {
  std::string address;  // of the bus, see bus/address.h
  hub::Options hub;
  store::Options store{};
  std::vector<cli::Listen> metrics{};
};

/// Fills the options; an answer ends the process with that exit code.
std::optional<Exit> parse_options(int argc, const char* const* argv, HubOptions& options);

}  // namespace so
