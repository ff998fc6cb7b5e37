#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace so::wire {

// Bounds of names. 255 bytes a segment is what file systems and URLs of the field take; 16 levels
// are far above any room tree seen in use.
constexpr std::size_t kMaxSegment = 255;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxObjectName = 256;
constexpr std::size_t kMaxKey = 255;

/// The one spelling of a scope: "chat//room1/" and "/chat/room1" are both "/chat/room1"; "" is "/".
/// Refuses ".", "..", control characters, broken UTF-8, and what is over the bounds.
Result<std::string> normal_path(std::string_view path);

/// The scope that a URL names, for RTMP and WebSocket alike: the path, or, where the path is an
/// application alone, that and the room named beside it. A path with rooms wins.
Result<std::string> scope_of_url(std::string_view path, std::string_view room);

/// The parameters of "a=1&b=2" as they come, percent-decoded; one without "=" has an empty value. A
/// leading "?" is skipped.
std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query);
/// The percent-decoded value of a parameter in "a=1&scope=room1"; a leading "?" is skipped. Empty
/// when absent.
std::string query_value(std::string_view query, std::string_view key);

/// Whether text is already in that spelling; what the bus carries must be.
[[nodiscard]] Status check_path(std::string_view path);
/// Names of shared objects (may hold "/") and keys: not empty, UTF-8, no control characters,
/// bounded.
[[nodiscard]] Status check_name(std::string_view what, std::string_view name, std::size_t limit);

[[nodiscard]] std::string_view parent_path(
    std::string_view path);  // "/chat" of "/chat/room1"; "/" of "/chat"
[[nodiscard]] std::string_view last_segment(std::string_view path);  // "room1"; "" of "/"
/// Whether the scope is that one, or below it.
[[nodiscard]] bool is_within(std::string_view path, std::string_view above);

}  // namespace so::wire
