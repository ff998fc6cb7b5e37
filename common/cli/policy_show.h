#pragma once

#include <string>

#include "policy/hook.h"
#include "policy/policy.h"

namespace so::cli {

/// The key `policy` of scopewire.yaml, which parse_config() reads back to the same. `file` is where
/// it is from.
std::string show_policy(const policy::Policy::Tables& tables, const std::string& file);
/// The key `hooks`, likewise.
std::string show_hooks(const std::vector<policy::Hook>& hooks, const std::string& file);

}  // namespace so::cli
