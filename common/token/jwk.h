#pragma once

#include <string_view>

#include "base/result.h"
#include "token/key.h"

namespace so::token {

/// A JWK set, {"keys":[...]} or the list alone, or one JWK (RFC 7517): kty oct, RSA, and EC on
/// P-256. Keys of other kinds, for other algorithms and for encryption are passed over; it is an
/// error if none is left, and if a private key is among them.
Result<Keys> read_jwks(std::string_view text);

}  // namespace so::token
