#pragma once

#include "cli/command.h"
#include "hub/options.h"

namespace so::cli {

/// What a hub keeps and how much of it, the same words for so-hub and for who has a hub inside. The
/// options outlive Command::parse().
void add_hub_limits(Command& command, hub::Options& hub);

}  // namespace so::cli
