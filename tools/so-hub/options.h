#pragma once

#include <optional>
#include <string>

#include "base/exit_code.h"
#include "hub/options.h"
#include "store/open.h"

namespace so {

struct HubOptions {
  std::string address;  // of the bus, see bus/address.h
  hub::Options hub;
  store::Options store;
};

/// Fills the options; an answer ends the process with that exit code.
std::optional<Exit> parse_options(int argc, const char* const* argv, HubOptions& options);

}  // namespace so
