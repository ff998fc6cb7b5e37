#include "token/jwk.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "json/read.h"

namespace so::token {
namespace {

constexpr json::Limits kLimits{.bytes = 1U << 18U, .depth = 8};

Result<Bytes> number(json::Element jwk, std::string_view name) {
  const auto text = json::text(jwk, name);
  auto bytes = text ? from_base64url(*text) : fail(Code::kUsage, "");
  if (bytes) return bytes;
  return fail(Code::kUsage, fmt::format("\"{}\" is missing or not base64url", name));
}

Result<Key> read_two(json::Element jwk, std::string_view one, std::string_view other,
                     Result<Key> (*make)(ByteView, ByteView)) {
  const auto first = number(jwk, one);
  if (!first) return fail(first.error());
  const auto second = number(jwk, other);
  if (!second) return fail(second.error());
  return make(*first, *second);
}

Result<Key> read_secret(json::Element jwk) {
  const auto bytes = number(jwk, "k");
  if (!bytes) return fail(bytes.error());
  return Key::secret(*bytes);
}

// nullopt: for something else.
Result<std::optional<Key>> read_jwk(json::Element jwk) {
  const std::string_view type = json::text(jwk, "kty").value_or("");
  const std::string_view algorithm = json::text(jwk, "alg").value_or("");
  const auto is_for = [&](std::string_view kind, Algorithm ours) {
    return type == kind && (algorithm.empty() || algorithm == to_text(ours));
  };
  if (json::text(jwk, "use").value_or("sig") != "sig") return std::nullopt;
  if (json::member(jwk, "d")) {
    return fail(Code::kUsage, "a private key; who checks tokens needs its public half alone");
  }
  Result<Key> key = fail(Code::kUsage, "");
  if (is_for("oct", Algorithm::kHs256)) {
    key = read_secret(jwk);
  } else if (is_for("RSA", Algorithm::kRs256)) {
    key = read_two(jwk, "n", "e", Key::rsa);
  } else if (is_for("EC", Algorithm::kEs256) && json::text(jwk, "crv") == "P-256") {
    key = read_two(jwk, "x", "y", Key::p256);
  } else {
    return std::nullopt;
  }
  if (!key) return fail(key.error());
  key->set_id(std::string{json::text(jwk, "kid").value_or("")});
  return *std::move(key);
}

}  // namespace

Result<Keys> read_jwks(std::string_view text) {
  json::Parser parser{kLimits};
  const auto document = parser.parse(text);
  if (!document) return fail(Code::kUsage, "a JWK set that is not JSON: " + document.error().text);
  std::vector<json::Element> jwks;
  const auto set = document->is_array() ? *document : json::member(*document, "keys");
  if (set && set->is_array()) {
    const json::Array items = set->get_array().value_unsafe();
    for (const json::Element item : items) jwks.push_back(item);
  } else {
    jwks.push_back(*document);
  }
  Keys keys;
  for (std::size_t i = 0; i < jwks.size(); ++i) {
    auto key = read_jwk(jwks[i]);
    if (!key) return fail(Code::kUsage, fmt::format("JWK {}: {}", i, key.error().text));
    if (*key) keys.push_back(*std::move(*key));
  }
  if (keys.empty()) return fail(Code::kUsage, "no JWK for HS256, RS256 or ES256");
  return keys;
}

}  // namespace so::token
