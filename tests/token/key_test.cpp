#include "token/key.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "keys.h"
#include "token/jwk.h"

using namespace so;
using token::Algorithm;

namespace {

std::string refused(std::string_view file) {
  const auto keys = token::read_keys(file);
  return keys ? "" : keys.error().text;
}

Algorithm kind_of(std::string_view file) {
  const auto keys = token::read_keys(file);
  REQUIRE_MESSAGE(keys, (keys ? "" : keys.error().text));
  REQUIRE(keys->size() == 1);
  return keys->front().algorithm();
}

}  // namespace

TEST_CASE("what a file holds says for which algorithm it is") {
  CHECK(kind_of(kSecret) == Algorithm::kHs256);
  CHECK(kind_of(std::string{kSecret} + "\r\n") == Algorithm::kHs256);
  CHECK(kind_of(kRsaPublic) == Algorithm::kRs256);
  CHECK(kind_of("made by hand\n" + std::string{kEcPublic}) == Algorithm::kEs256);
}

TEST_CASE("keys that are too weak, private, or for something else are refused") {
  CHECK(refused("short") == "a secret of 5 bytes; HS256 wants at least 32");
  CHECK(refused(std::string(31, 'x') + "\n") == "a secret of 31 bytes; HS256 wants at least 32");
  CHECK(refused("") == "a secret of 0 bytes; HS256 wants at least 32");
  CHECK(refused(kSmallRsaPublic) == "an RSA key of 1024 bits; RS256 wants 2048 to 8192");
  CHECK(refused(kP384Public) == "a key that is neither RSA nor on the curve P-256");
  CHECK(refused(kRsaPrivate).starts_with("a private key"));
  CHECK(refused(kEcPrivate).starts_with("a private key"));
  CHECK(refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") ==
        "no public key in PEM");
}

TEST_CASE("a public key in DER is no secret") {
  // RFC 8410's example would do, but mbedTLS must know the kind: P-256, generator point.
  constexpr std::array<std::uint8_t, 91> kDer{
      0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
      0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
      0x04, 0x6B, 0x17, 0xD1, 0xF2, 0xE1, 0x2C, 0x42, 0x47, 0xF8, 0xBC, 0xE6, 0xE5,
      0x63, 0xA4, 0x40, 0xF2, 0x77, 0x03, 0x7D, 0x81, 0x2D, 0xEB, 0x33, 0xA0, 0xF4,
      0xA1, 0x39, 0x45, 0xD8, 0x98, 0xC2, 0x96, 0x4F, 0xE3, 0x42, 0xE2, 0xFE, 0x1A,
      0x7F, 0x9B, 0x8E, 0xE7, 0xEB, 0x4A, 0x7C, 0x0F, 0x9E, 0x16, 0x2B, 0xCE, 0x33,
      0x57, 0x6B, 0x31, 0x5E, 0xCE, 0xCB, 0xB6, 0x40, 0x68, 0x37, 0xBF, 0x51, 0xF5};
  CHECK(refused(as_text(kDer)) == "no key and no secret, but a key in DER; PEM is read");
  CHECK(refused(std::string{as_text(kDer)} + "\n").ends_with("PEM is read"));
}

TEST_CASE("a JWK set has the keys that are for us") {
  const auto keys = token::read_keys(R"( {"keys":[
    {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    {"kty":"oct","kid":"a","alg":"HS512","k":"AAAA"},
    {"kty":"RSA","use":"enc","n":"AQAB","e":"AQAB"},
    {"kty":"EC","kid":"b","crv":"P-256","alg":"ES256",
     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
    {"kty":"oct","k":"dGhpcnR5LXR3byBieXRlcyBvZiBzZWNyZXQsIG9yIHNv"}]})");
  REQUIRE_MESSAGE(keys, (keys ? "" : keys.error().text));
  REQUIRE(keys->size() == 2);
  CHECK(keys->at(0).id() == "b");
  CHECK(keys->at(0).algorithm() == Algorithm::kEs256);
  CHECK(keys->at(1).id().empty());
}

TEST_CASE("a mark of UTF-8 and a list without its object change nothing") {
  constexpr std::string_view kJwk = R"({"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  const std::string mark = "\xEF\xBB\xBF";
  CHECK(kind_of(mark + std::string{kJwk}) == Algorithm::kEs256);
  CHECK(kind_of(mark + std::string{kRsaPublic}) == Algorithm::kRs256);
  CHECK(kind_of("[" + std::string{kJwk} + "]") == Algorithm::kEs256);
  CHECK(refused("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]") == "no JWK for HS256, RS256 or ES256");
}

TEST_CASE("a JWK that is wrong is an error, not a key less") {
  CHECK(refused(R"({"keys":[]})") == "no JWK for HS256, RS256 or ES256");
  CHECK(refused(R"({"keys":)").starts_with("a JWK set that is not JSON"));
  CHECK(refused(R"({"kty":"oct"})") == R"(JWK 0: "k" is missing or not base64url)");
  CHECK(refused(R"({"kty":"oct","k":"AAAA"})") ==
        "JWK 0: a secret of 3 bytes; HS256 wants at least 32");
  CHECK(refused(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})") == "JWK 0: numbers that make no RSA key");
  CHECK(refused(R"({"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"})").starts_with("JWK 0: a priv"));
  CHECK(refused(R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})") ==
        "JWK 0: coordinates that are not 32 bytes each");
  CHECK(refused(R"({"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})") ==
        "JWK 0: a point that is not on the curve P-256");
}
