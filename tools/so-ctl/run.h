#pragma once

#include <string>

#include "base/exit_code.h"
#include "bus/client.h"
#include "command.h"
#include "door.h"
#include "net/loop.h"

namespace so::ctl {

/// Runs a command to its end, with data on standard output and input; `where` is the other side,
/// for people. The first is for what any door can carry, the other for what only the bus can.
Exit run(net::Loop& loop, Door& door, const Command& command, const std::string& where);
Exit run_on_bus(net::Loop& loop, bus::Client& hub, const Command& command,
                const std::string& where);

/// Whether it is one for run_on_bus().
bool needs_bus(Verb verb);

}  // namespace so::ctl
