#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "hub/options.h"
#include "hub/refusal.h"
#include "json/read.h"

namespace so::hub {

// The bodies of the requests that are about identities. Views borrow from the parser of the body.

struct Register {
  Millis lifetime{};
  std::size_t connections = 1;
  static Outcome<Register> read(json::Element body, const Options& options);
};

struct Notify {
  std::string message;        // compact JSON
  std::string_view producer;  // empty: none
  std::uint64_t seq = 0;
  static Outcome<Notify> read(json::Element body, const Options& options);
};

}  // namespace so::hub
