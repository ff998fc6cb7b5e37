#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "token/key.h"

namespace so::token {

constexpr std::size_t kMaxToken = 6144;   // bytes; a request's whole head has 8192
constexpr std::size_t kMaxClaims = 3072;  // bytes of Claims::text
constexpr Seconds kLeeway{5};  // by which clocks may differ: so long an expired one is taken

/// What a token must say beside being signed and in time.
struct Expected {
  std::string issuer;    // `iss`; empty: anybody
  std::string audience;  // in `aud`; empty: there is none, and who names one means others
  Seconds leeway = kLeeway;
};

/// What a token says of whoever brings it.
struct Claims {
  std::string subject;                // `sub`; empty: nobody in particular
  std::optional<WallMillis> expires;  // nullopt: never
  /// What policies are about, a JSON object: all but exp, nbf, iat, jti and aud. `role` is there
  /// always: the token's role, else its roles, else "user". A `scope` in one string, as OAuth has
  /// it, is the list of its words.
  std::string text;
};

/// Checks a JSON Web Token (RFC 7519) in the compact form. The signature comes before all that it
/// covers; a header that asks for what we do not know (`crit`) is refused; so are names that come
/// twice. An error says why in a line for the client. It is kRefused, but kPeer where a public key
/// was asked, which takes a millisecond or two, and says that the signature is wrong.
Result<Claims> verify(std::string_view token, const Keys& keys, const Expected& expected,
                      WallMillis now);

}  // namespace so::token
