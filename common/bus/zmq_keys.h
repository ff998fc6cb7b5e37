#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace so::bus {

/// The 32 bytes of a key of 40 characters; nullopt: it is none.
std::optional<std::string> key_bytes(std::string_view key);
/// The other way round; exactly 32 bytes.
std::string key_text(std::string_view bytes);
/// nullopt: it is no key.
std::optional<std::string> known_of(const std::string& secret);

}  // namespace so::bus
