#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "json/read.h"

namespace so::wsproto {

/// EvoStream's wsJsonMeta (man/scopewire-ws.7, METADATA).
inline constexpr std::string_view kEveryStream = "~0~0~0~";

struct Metadata {
  std::string data;                 // compact JSON
  std::optional<Millis> timestamp;  // of a text that came wrapped
};
/// What a client's message pushes. A wrapped text is the data as a whole, so that what leaves is
/// what came in. What is not JSON is refused.
Result<Metadata> read_metadata(json::Parser& parser, std::string_view message);

/// The text for clients, {"EMS":{"type":"json","timestamp":MS},"data":...}, of the hub's metadata
/// event. Data that came wrapped leaves as it came.
Result<std::string> ems_message(json::Parser& parser, std::string_view event);

}  // namespace so::wsproto
