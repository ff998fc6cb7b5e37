#include "token/verify.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/base64.h"
#include "keys.h"
#include "token/sign.h"

using namespace so;
using token::Expected;

namespace {

constexpr WallMillis kNow{1'700'000'000'000};

token::Keys keys(std::string_view file) {
  auto keys = token::read_keys(file);
  REQUIRE_MESSAGE(keys, (keys ? "" : keys.error().text));
  return *std::move(keys);
}

std::string signed_with(std::string_view key, std::string_view claims) {
  auto token = token::sign(claims, key);
  REQUIRE_MESSAGE(token, (token ? "" : token.error().text));
  return *token;
}

/// What is said of a token signed with the secret.
std::string said(const std::string& token, const Expected& expected = {},
                 std::string_view key = kSecret) {
  const auto claims = token::verify(token, keys(key), expected, kNow);
  return claims ? claims->text : claims.error().text;
}
std::string said_of(std::string_view claims, const Expected& expected = {}) {
  return said(signed_with(kSecret, claims), expected);
}

std::string part(std::string_view json) {
  return to_base64url(as_bytes(json));
}

}  // namespace

TEST_CASE("the tokens of RFC 7515, appendix A.1 and A.3") {
  const std::string payload =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ";
  const std::string hs256 = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + payload +
                            ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const std::string es256 = "eyJhbGciOiJFUzI1NiJ9." + payload +
                            ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApm"
                            "WQxfKTUJqPP3-Kg6NU1Q";
  const std::string_view oct =
      R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})";
  const std::string_view ec =
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  const WallMillis then{1'300'819'000'000};
  for (const auto& [token, key] : {std::pair{hs256, oct}, std::pair{es256, ec}}) {
    const auto claims = token::verify(token, keys(key), {}, then);
    REQUIRE_MESSAGE(claims, (claims ? "" : claims.error().text));
    CHECK(claims->text == R"({"role":"user","iss":"joe","http://example.com/is_root":true})");
    CHECK(claims->expires == WallMillis{1'300'819'380'000});
    CHECK(token::verify(token, keys(key), {}, kNow).error().text ==
          "token: it expired 399180620 s ago");
  }
}

TEST_CASE("what is signed with one of each kind of key is verified with its other half") {
  for (const auto& [key, other] : {std::pair{kSecret, kSecret}, std::pair{kRsaPrivate, kRsaPublic},
                                   std::pair{kEcPrivate, kEcPublic}}) {
    const std::string token = signed_with(key, R"({"sub":"alice","role":"admin"})");
    CHECK(said(token, {}, other) == R"({"role":"admin","sub":"alice"})");
    std::string bent = token;
    bent[token.find('.') + 3] ^= 1;
    CHECK(said(bent, {}, other) == "token: the signature is wrong");
    CHECK(said(token.substr(0, token.rfind('.') + 1), {}, other) ==
          "token: the signature is wrong");
  }
}

TEST_CASE("a key is used for its own algorithm alone") {
  const std::string body = part(R"({"alg":"HS256"})") + "." + part("{}");
  // The old trick: an HMAC whose secret is the public key that everybody has. sign() would not.
  const std::string trick = body + ".8rVLU1VVRz4zTpJ5nQ2cLbSfZpQhYcvBvYqYc6qSx3E";
  CHECK(said(trick, {}, kRsaPublic) == "token: there is no key for HS256");
  CHECK(said(signed_with(kRsaPrivate, "{}"), {}, kEcPublic) == "token: there is no key for RS256");
  CHECK(said(part(R"({"alg":"none"})") + "." + part("{}") + ".") ==
        R"(token: alg "none" is not HS256, RS256 or ES256)");
  CHECK(said(part(R"({"alg":"hs256"})") + "." + part("{}") + ".AA").starts_with("token: alg"));
  CHECK(said(part("{}") + "." + part("{}") + ".AA").starts_with("token: alg \"\""));
  CHECK(said(body + ".AA") == "token: the signature is wrong");
}

TEST_CASE("kid chooses among keys that have one") {
  auto set = keys(kSecret);
  set.front().set_id("old");
  const std::string token = signed_with(kSecret, "{}");  // names no key
  CHECK(token::verify(token, set, {}, kNow));
  const std::string other = part(R"({"alg":"HS256","kid":"new"})") + "." + part("{}") + ".AA";
  CHECK(token::verify(other, set, {}, kNow).error().text ==
        "token: there is no key \"new\" for HS256");
}

TEST_CASE("what is no token says what is wrong with it") {
  CHECK(said("") == "token: it is not three parts with dots between them");
  CHECK(said("a.b") == "token: it is not three parts with dots between them");
  CHECK(said("a.b.c.d") == "token: it is not three parts with dots between them");
  CHECK(said("!.b.c") == "token: its header is not base64url");
  CHECK(said(part("[]") + ".b.c") == "token: its header is not a JSON object");
  CHECK(said(part(R"({"alg":"HS256","alg":"none"})") + ".b.c") == "token: \"alg\" is there twice");
  CHECK(said(part(R"({"alg":"HS256","crit":["b64"]})") + ".b.AA").starts_with("token: it has a c"));
  CHECK(said(part(R"({"alg":"HS256"})") + ".b.c=") == "token: its signature is not base64url");
  CHECK(said(std::string(token::kMaxToken + 1, 'a')) ==
        "token: of 6145 bytes is over the limit of 6144");
  CHECK(said_of("[1]") == "token: its payload is not a JSON object");
  CHECK(said_of(R"({"role":"a","role":"b"})") == "token: \"role\" is there twice");
  CHECK(said_of(R"({"x":")" + std::string(3000, 'x') + R"(","y":")" + std::string(100, 'y') +
                "\"}") == "token: claims of 3129 bytes are over the limit of 3072");
}

TEST_CASE("in time: exp and nbf, with a leeway for clocks") {
  const auto at = [](std::string_view claim, double seconds) {
    return said_of(fmt::format(R"({{"{}":{}}})", claim, 1'700'000'000 + seconds));
  };
  const std::string good = R"({"role":"user"})";
  CHECK(at("exp", 1) == good);
  CHECK(at("exp", -4.5) == good);
  CHECK(at("exp", -5) == "token: it expired 5 s ago");
  CHECK(at("nbf", 5) == good);
  CHECK(at("nbf", 6.5) == "token: it is good in 6 s from now");
  for (const std::string_view bad : {"\"soon\"", "-1", "null", "1e300", "[1]"}) {
    CHECK(said_of(fmt::format(R"({{"exp":{}}})", bad)) == "token: \"exp\" is no date");
  }
}

TEST_CASE("issuer and audience") {
  const Expected wanted{.issuer = "https://a", .audience = "chat"};
  const std::string good = R"({"role":"user","iss":"https://a"})";
  CHECK(said_of(R"({"iss":"https://a","aud":"chat"})", wanted) == good);
  CHECK(said_of(R"({"iss":"https://a","aud":["x","chat"]})", wanted) == good);
  CHECK(said_of(R"({"aud":"chat"})", wanted) == "token: it is of another issuer (iss)");
  for (const std::string_view aud : {R"("x")", R"([])", R"(7)", R"(["chats"])"}) {
    CHECK(said_of(fmt::format(R"({{"iss":"https://a","aud":{}}})", aud), wanted) ==
          "token: it is for another audience (aud)");
  }
  CHECK(said_of(R"({"iss":"https://a"})", wanted) == "token: it is for another audience (aud)");
  CHECK(said_of(R"({"aud":"chat"})") == "token: it is for another audience (aud)");
}

TEST_CASE("claims as policies are about them") {
  CHECK(said_of(R"({"roles":["a","b"],"x":1})") == R"({"role":["a","b"],"roles":["a","b"],"x":1})");
  CHECK(said_of(R"({"scope":"read  write","role":"host"})") ==
        R"({"role":"host","scope":["read","write"]})");
  CHECK(said_of(R"({"iat":1,"jti":"x","nbf":1,"exp":2000000000,"sub":"ann"})") ==
        R"({"role":"user","sub":"ann"})");
  const auto claims =
      token::verify(signed_with(kSecret, R"({"sub":"ann"})"), keys(kSecret), {}, kNow);
  CHECK(claims->subject == "ann");
  CHECK(!claims->expires);
  for (const std::string_view bad : {"7", "\"\"", "\"a\\nb\"", "null"}) {
    CHECK(said_of(fmt::format(R"({{"sub":{}}})", bad)).starts_with("token: \"sub\" is not"));
  }
}

TEST_CASE("who signs needs a key that can") {
  CHECK(token::sign("{}", kRsaPublic).error().text == "no private key in PEM without a password");
  CHECK(token::sign("{}", "short").error().text == "a secret of 5 bytes; HS256 wants at least 32");
}
