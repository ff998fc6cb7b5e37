#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/read.h"

namespace so::wsproto {

/// The plain chat protocol (man/scopewire-ws.7, CHAT): lines on one side, the shared object "chat"
/// on the other.
inline constexpr std::string_view kChatObject = "chat";

/// The body of the bus request that says a line: attribute "message" set, by force, so that a
/// repeated line is a change too. A text that starts like an object must be one. An empty line,
/// once trimmed, is "". An error is about text that is not UTF-8 (binary messages may have that) or
/// not JSON.
Result<std::string> line_to_change(json::Parser& parser, std::string_view line);

/// The lines that an event of the object shows: each value set, in order. `event` is a change, sync
/// or resume.
Result<std::vector<std::string>> lines_of_event(json::Parser& parser, std::string_view event);

/// The line that an event of a client or a server is for a plain client: its data, a string as it
/// stands, all else as JSON.
Result<std::string> line_of_message(json::Parser& parser, std::string_view event);

/// What a plain client is told when its message goes nowhere.
std::string chat_error(std::string_view code, std::string_view message);

}  // namespace so::wsproto
