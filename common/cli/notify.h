#pragma once

#include <string_view>

namespace so::cli {

/// Tells a supervisor that asked for it ($NOTIFY_SOCKET, sd_notify(3)): "READY=1", "STOPPING=1".
/// Nothing happens where nobody did.
void notify_supervisor(std::string_view state);

}  // namespace so::cli
