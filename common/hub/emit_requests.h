#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hub/options.h"
#include "hub/refusal.h"
#include "json/read.h"

namespace so::hub {

/// The body of emit. Views borrow from its parser.
struct Emit {
  std::string data = "null";           // compact JSON
  std::optional<std::string_view> to;  // a member; nullopt: all that are in the scope ...
  std::string_view route;              // ... and came this way; empty: whatever way
  static Outcome<Emit> read(json::Element body, const Options& options);
};

}  // namespace so::hub
