#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "bus/keys.h"
#include "cli/listen.h"
#include "cli/policy_file.h"
#include "hub/options.h"
#include "store/open.h"

namespace so {

struct HubOptions {
  std::string address;  // of the bus, see bus/address.h
  bus::HubKeyFiles keys{};
  hub::Options hub;
  store::Options store{};
  std::vector<cli::Listen> metrics{};
  cli::Rules rules{};
  std::string config{};  // the file they are read from again
};

/// Fills the options; an answer ends the process with that exit code.
std::optional<Exit> parse_options(int argc, const char* const* argv, HubOptions& options);

}  // namespace so
