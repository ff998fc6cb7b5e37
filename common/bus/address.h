#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace so::bus {

/// Where the hub listens: ipc://PATH, absolute, or tcp://HOST:PORT. What goes over tcp is neither
/// secret nor authenticated, so it must be asked for by the word insecure.
[[nodiscard]] Status check_address(std::string_view address, bool insecure);

/// The file of an ipc address; empty for another.
std::string socket_path(std::string_view address);

}  // namespace so::bus
