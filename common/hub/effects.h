#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hub/observation.h"
#include "hub/records.h"
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
  /// The persistent object of which the frame tells what a record of the same effects says, or may
  /// say; 0: none. It is void if the store cannot take that record.
  StoreId about = 0;
};

/// What a request or a tick leaves to be done: first the records go to the store, where there is
/// one, then all sends, in this order, then forget the tools that are gone. Effects append; the
/// caller clears.
struct Effects {
  std::vector<Record> records;
  std::vector<Send> sends;
  /// Tools that the hub holds nothing of: they said bye, their lease ran out, another connection
  /// took their place, or they never said hello.
  std::vector<ToolId> gone;
  /// For those who watch; nothing waits for them.
  std::vector<Observation> seen;

  void clear() {
    records.clear();
    sends.clear();
    gone.clear();
    seen.clear();
  }
};

}  // namespace so::hub
