#pragma once

#include <string>

#include "base/exit_code.h"

namespace so::ctl {

/// Makes keys for a bus over tcp://: NAME.key and NAME.pub. The public one is printed.
Exit keygen(const std::string& name);

}  // namespace so::ctl
