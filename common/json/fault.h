#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace so::json {

/// The byte at which a text stops being JSON (RFC 8259), its size if it ends too early; nullopt: it
/// is JSON. For people: Parser says whether, and this says where. UTF-8 and the range of numbers
/// are not looked at; deeper than 1024 it stops being JSON.
std::optional<std::size_t> fault(std::string_view text);

}  // namespace so::json
