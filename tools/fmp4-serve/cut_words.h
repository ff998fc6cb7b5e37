#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/value.h"
#include "fmp4/batch.h"

namespace so::fmp4serve {

/// "frame", "gop", or a time from 50ms to 5s in steps of 50 ms: so few of them that one stream has
/// not more than a hundred kinds of fragments, whatever viewers ask for.
Result<fmp4::Cut> parse_cut(std::string_view text);
std::string show_cut(const fmp4::Cut& cut);

/// --fragment
cli::Value cut(fmp4::Cut& field);

}  // namespace so::fmp4serve
