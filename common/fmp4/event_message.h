#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace so::fmp4 {

/// JSON metadata of a stream, in an emsg box before the fragment it belongs to. Browsers step over
/// it; a script reads it before it appends the bytes.
inline constexpr std::string_view kJsonScheme = "urn:scopewire:meta:json";

struct EventMessage {
  std::uint32_t id = 0;            // the same id: the same event, received twice
  std::uint64_t time = 0;          // of presentation, in ticks
  std::uint32_t timescale = 1000;  // ticks a second; ours count milliseconds
  std::string_view value;          // what kind: "meta", "onCuePoint" ...; without a zero byte
  std::string_view text;           // the JSON
};

/// emsg version 1 (ISO/IEC 23009-1, 5.10.3.3), duration unknown.
Bytes event_message(const EventMessage& message);

/// Event messages as event_message() makes them, one behind the other, for a clock that begins so
/// many ticks later; what lies before its beginning, lies at its beginning.
Bytes earlier(ByteView messages, std::uint64_t ticks);

}  // namespace so::fmp4
