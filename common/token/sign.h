#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace so::token {

/// Makes a token of these claims, a JSON object. The key is what a file holds: a private key in PEM
/// (RS256, ES256) or a secret (HS256). For tests and for those who have no issuer.
Result<std::string> sign(std::string_view claims, std::string_view key);

}  // namespace so::token
