#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace so::cli {

/// The words for numbers in options and configuration. show_ writes what parse_ reads back.

/// Digits only.
Result<std::uint64_t> parse_count(std::string_view text);

/// Bytes: digits, then nothing, K, M or G (powers of 1024): 65536 and 64K are the same.
Result<std::uint64_t> parse_size(std::string_view text);
std::string show_size(std::uint64_t bytes);

/// Digits, then ms, s, m or h: 500ms, 2s, 5m. Only 0 needs no unit. At most about 292 years.
Result<Millis> parse_duration(std::string_view text);
std::string show_duration(Millis duration);

}  // namespace so::cli
