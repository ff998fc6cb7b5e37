#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "flv/tag.h"
#include "fmp4/event_message.h"
#include "fmp4/muxer.h"
#include "net/loop.h"

namespace so::fmp4serve {

/// What a publisher says of its stream, for all who come.
struct Description {
  std::uint32_t id = 0;         // of the event message; changes with it
  std::uint32_t timestamp = 0;  // the publisher's, ms
  std::string json{};           // {"onMetaData":{...}}

  [[nodiscard]] fmp4::EventMessage at(std::uint64_t ms) const;
};

constexpr std::string_view kDescription = "onMetaData";  // the kind that it is

/// From the data message that has it; nullopt: it is another, cannot be read, or is over 64 KiB.
std::optional<Description> read_description(const flv::Tag& tag);

/// The kind of an event message: the name of the data message that the JSON is, {"onCuePoint":...},
/// else "meta".
std::string kind_of(std::string_view json);

/// Where metadata with this time stamp lies on the clock of the muxer, which is at `now`, both in
/// ms. What has no time stamp of the publisher belongs to the present moment.
std::uint64_t place(const fmp4::Muxer& muxer, std::optional<double> timestamp, std::uint64_t now);

/// Has the timer call at the muxer's deadline, or not at all.
void arm(net::Timer& timer, const fmp4::Muxer& muxer, const net::Loop& loop);

/// Puts an event message behind those that wait for the next fragment. False: 256 KiB wait, as of a
/// stream that has stopped, or that is flooded.
bool add_event(Bytes& waiting, const fmp4::EventMessage& message);

}  // namespace so::fmp4serve
