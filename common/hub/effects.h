#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "wire/frame.h"

namespace so::hub {

/// One tool's connection to the hub, numbered by the transport and never reused.
enum class ToolId : std::uint32_t {};

/// A frame, encoded once, and the tools that get it.
struct Send {
  std::vector<ToolId> to;  // never empty, no tool twice
  wire::Frame frame;
  /// An event's header.member is the originator's number, which only its own tool may see: the
  /// transport writes 0 there for all others. nullopt: header.member is for everybody.
  std::optional<ToolId> origin;
};

/// What a request or a tick leaves to be done: first all sends, in this order, then forget the
/// tools that are gone. Effects append; the caller clears.
struct Effects {
  std::vector<Send> sends;
  /// Tools that the hub holds nothing of: they said bye, their lease ran out, another connection
  /// took their place, or they never said hello.
  std::vector<ToolId> gone;

  void clear() {
    sends.clear();
    gone.clear();
  }
};

}  // namespace so::hub
