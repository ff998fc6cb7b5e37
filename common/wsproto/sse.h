#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "wsproto/reply.h"

namespace so::wsproto {

/// Server-sent events (the HTML standard, 9.2): what a scopewire.v1 client would be sent, in lines.
/// `id` is where the reader is then; empty: where it was.
std::string sse_event(std::string_view id, std::string_view data);
/// So long the reader waits before it comes back.
std::string sse_retry(Millis after);
/// Says nothing, so that nobody between takes the connection for dead.
inline constexpr std::string_view kSseComment = ":\n\n";

/// Where a reader of several objects is, in their order: EPOCH-VERSION,EPOCH-VERSION; "-" of one of
/// which it has nothing.
std::string positions_text(std::span<const Position> positions);
/// The same, read; nullopt: these are not the positions of `count` objects.
std::optional<std::vector<Position>> read_positions(std::string_view text, std::size_t count);

}  // namespace so::wsproto
