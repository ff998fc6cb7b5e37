#pragma once

#include <memory>

#include "policy/credentials.h"

namespace so::hub {

/// On whose behalf requests are made; nullptr: the operator's, whom no rule refuses anything.
/// Shared, because a tool's members mostly have the tool's own.
using Claims = std::shared_ptr<const policy::Credentials>;

}  // namespace so::hub
