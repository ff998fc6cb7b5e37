#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "cli/listen.h"
#include "hub/options.h"
#include "policy/policy.h"
#include "store/open.h"

namespace so {

struct HubOptions {
  std::string address;  // of the bus, see bus/address.h
  hub::Options hub;
  store::Options store{};
  std::vector<cli::Listen> metrics{};
  std::shared_ptr<const policy::Policy> policy{};  // nullptr: none
  std::string config{};                            // the file it is read from again
};

/// Fills the options; an answer ends the process with that exit code.
std::optional<Exit> parse_options(int argc, const char* const* argv, HubOptions& options);

}  // namespace so
