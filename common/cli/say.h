#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/exit_code.h"

namespace so::cli {

/// The line that scripts wait for, `ready on ADDRESS[, ADDRESS...]`, where an address is HOST:PORT,
/// or PROTOCOL://HOST:PORT where a tool has several; and the same for a supervisor.
void say_ready(const std::vector<std::string>& addresses);

/// Logs `unable to listen on 127.0.0.1:1935: address in use`, and answers the exit code that goes
/// with the error.
int give_up(std::string_view doing, std::string_view to_what, const Error& why);

/// The same for an error that says by itself what was tried.
int give_up(const Error& why);

}  // namespace so::cli
