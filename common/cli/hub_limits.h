#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/value.h"
#include "hub/options.h"

namespace so::cli {

/// What a hub keeps and how much of it, the same words for so-hub and for who has a hub inside. The
/// options outlive Command::parse().
void add_hub_limits(Command& command, hub::Options& hub);

/// The applications that a hub has: "*" among them is any, as none is. What cannot be the name of
/// one is refused.
Value applications(std::optional<std::vector<std::string>>& field);

}  // namespace so::cli
