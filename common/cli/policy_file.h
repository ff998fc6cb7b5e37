#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/hook.h"
#include "policy/policy.h"

namespace so::cli {

/// What of the file a tool reads again while it runs; nullptr: the file has none.
struct Rules {
  std::shared_ptr<const policy::Policy> policy{};
  std::shared_ptr<const std::vector<policy::Hook>> hooks{};
};

/// What a tool does on SIGHUP: policy and hooks of the file as it is now. Refuses a file that is
/// wrong anywhere, one that has none of what is in force, and one that has nothing: half a file
/// must not open what was closed.
Result<Rules> read_rules_again(const std::string& file, const Rules& in_force);

/// The same, and says on the log what came of it. nullopt: what is in force stays.
std::optional<Rules> rules_again(const std::string& file, const Rules& in_force);

}  // namespace so::cli
