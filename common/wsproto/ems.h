#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json/read.h"

namespace so::wsproto {

/// EvoStream's wsJsonMeta (man/scopewire-ws.7, METADATA).
inline constexpr std::string_view kEveryStream = "~0~0~0~";

/// The body of the bus request for a message from a client. A text that came wrapped keeps its
/// timestamp. What is not JSON is refused.
Result<std::string> meta_request(json::Parser& parser, std::string_view message);

/// The text for clients, {"EMS":{"type":"json","timestamp":MS},"data":...}, of the hub's metadata
/// event. Data that came wrapped leaves as it came.
Result<std::string> ems_message(json::Parser& parser, std::string_view event);

}  // namespace so::wsproto
