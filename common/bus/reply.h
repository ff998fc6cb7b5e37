#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace so::bus {

/// What the hub answered; the views are borrowed for the call.
struct Reply {
  std::string_view code{};     // empty: done; else an error code of scopewire-bus(7)
  std::string_view message{};  // of the error, for people
  std::string_view data{};     // of the error, JSON; of most there is none
  std::uint64_t epoch = 0;     // of the object that was asked about
  std::uint64_t version = 0;
  /// JSON, as scopewire-bus(7) describes it for the request; may be empty. Of an error
  /// {"error":{...}}, empty where the hub has not spoken.
  std::string_view body{};

  [[nodiscard]] bool ok() const { return code.empty(); }
};

/// Called exactly once for each request, from the loop, never from inside the request; not at all
/// once the Client is destroyed.
using Done = std::function<void(const Reply&)>;

}  // namespace so::bus
