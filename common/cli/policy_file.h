#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "policy/policy.h"

namespace so::cli {

/// What a tool does on SIGHUP: the policy of the file as it is now, never nullptr. Refuses a file
/// that is wrong anywhere, and one without a policy: half a file must not open what was closed.
Result<std::shared_ptr<const policy::Policy>> read_policy_again(const std::string& file);

/// The same, and says on the log what came of it. nullptr: the policy in force stays.
std::shared_ptr<const policy::Policy> policy_again(const std::string& file);

}  // namespace so::cli
