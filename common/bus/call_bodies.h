#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace so::bus {

struct CallOptions {
  std::string_view args = "[]";     // JSON
  std::optional<Millis> timeout{};  // nullopt: the hub's 10 seconds
  std::string_view to{};            // a member's id; empty: whoever serves the method
};

/// The body of the bus's call.
std::string call_body(const CallOptions& options);

/// How a call went, said by whoever was called.
struct CallResult {
  std::string_view code{};  // empty: done; else failed, no_method, limit, gone or timeout
  std::string_view message{};
  std::string_view value{};  // JSON: the result, or the data of the error; empty: null, or none
};

/// The body of the bus's result.
std::string result_body(std::string_view call, const CallResult& result);

/// The id in the body of a call event; empty if there is none.
std::string call_id(std::string_view event);

}  // namespace so::bus
