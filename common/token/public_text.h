#pragma once

#include <string_view>

namespace so::token {

/// What this is, of all that comes into the file of a secret by mistake and that everybody may
/// know: a key that is not in PEM, an address, a page with an error. Empty: nothing of that.
std::string_view public_text(std::string_view text);

}  // namespace so::token
