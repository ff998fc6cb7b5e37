#include "token/key.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/rsa.h>

#include "base/secret.h"
#include "json/read.h"
#include "token/jwk.h"
#include "token/public_text.h"

namespace so::token {
namespace {

constexpr std::size_t kHash = 32;         // SHA-256
constexpr std::size_t kLeastSecret = 32;  // RFC 7518, 3.2
constexpr std::size_t kLeastBits = 2048;  // 3.3
constexpr std::size_t kMostBits = 8192;   // what a token may cost
constexpr std::size_t kNumber = 32;       // of P-256

using Hash = std::array<std::uint8_t, kHash>;
constexpr std::array<std::pair<std::string_view, Algorithm>, 3> kNames{
    {{"HS256", Algorithm::kHs256}, {"RS256", Algorithm::kRs256}, {"ES256", Algorithm::kEs256}}};

const mbedtls_md_info_t* sha256() {
  return mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
}

}  // namespace

struct Key::Secret {
  Bytes bytes;
  explicit Secret(ByteView from) : bytes(to_bytes(from)) {}
  ~Secret() { mbedtls_platform_zeroize(bytes.data(), bytes.size()); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&&) = delete;
  Secret& operator=(Secret&&) = delete;
};

struct Key::Public {
  mbedtls_pk_context context{};
  Public() { mbedtls_pk_init(&context); }
  ~Public() { mbedtls_pk_free(&context); }
  Public(const Public&) = delete;
  Public& operator=(const Public&) = delete;
  Public(Public&&) = delete;
  Public& operator=(Public&&) = delete;

  // mbedTLS reads through pointers to what is not const.
  bool verify_rsa(const Hash& hash, ByteView signature) {
    if (signature.size() != mbedtls_pk_get_len(&context)) return false;
    return mbedtls_pk_verify(&context, MBEDTLS_MD_SHA256, hash.data(), hash.size(),
                             signature.data(), signature.size()) == 0;
  }

  // r and s as they are (RFC 7518, 3.4), not in DER.
  [[nodiscard]] bool verify_ecdsa(const Hash& hash, ByteView signature) const {
    if (signature.size() != 2 * kNumber) return false;
    mbedtls_ecp_keypair* const key = mbedtls_pk_ec(context);
    mbedtls_mpi r;
    mbedtls_mpi s;
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    const bool good =
        mbedtls_mpi_read_binary(&r, signature.data(), kNumber) == 0 &&
        mbedtls_mpi_read_binary(&s, signature.subspan(kNumber).data(), kNumber) == 0 &&
        mbedtls_ecdsa_verify(&key->grp, hash.data(), hash.size(), &key->Q, &r, &s) == 0;
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    return good;
  }
};

std::string_view to_text(Algorithm algorithm) {
  for (const auto& [name, each] : kNames) {
    if (each == algorithm) return name;
  }
  return {};
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
  for (const auto& [each, algorithm] : kNames) {
    if (each == name) return algorithm;
  }
  return std::nullopt;
}

Key::Key(std::unique_ptr<Secret> secret)
    : algorithm_(Algorithm::kHs256), secret_(std::move(secret)) {}
Key::Key(Algorithm algorithm, std::unique_ptr<Public> key)
    : algorithm_(algorithm), public_(std::move(key)) {}
Key::~Key() = default;
Key::Key(Key&&) noexcept = default;
Key& Key::operator=(Key&&) noexcept = default;

Result<Key> Key::secret(ByteView bytes) {
  if (bytes.size() < kLeastSecret) {
    return fail(Code::kUsage, fmt::format("a secret of {} bytes; HS256 wants at least {}",
                                          bytes.size(), kLeastSecret));
  }
  return Key{std::make_unique<Secret>(bytes)};
}

Result<Key> Key::checked(std::unique_ptr<Public> key) {
  const mbedtls_pk_context* const context = &key->context;
  const std::size_t bits = mbedtls_pk_get_bitlen(context);
  if (mbedtls_pk_get_type(context) == MBEDTLS_PK_RSA) {
    if (bits >= kLeastBits && bits <= kMostBits) return Key{Algorithm::kRs256, std::move(key)};
    return fail(Code::kUsage, fmt::format("an RSA key of {} bits; RS256 wants {} to {}", bits,
                                          kLeastBits, kMostBits));
  }
  const bool p256 = mbedtls_pk_get_type(context) == MBEDTLS_PK_ECKEY &&
                    mbedtls_pk_ec(*context)->grp.id == MBEDTLS_ECP_DP_SECP256R1;
  if (p256) return Key{Algorithm::kEs256, std::move(key)};
  return fail(Code::kUsage, "a key that is neither RSA nor on the curve P-256");
}

Result<Key> Key::pem(std::string_view text) {
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) {
    return fail(Code::kUsage, "a private key; who checks tokens needs its public half alone");
  }
  auto key = std::make_unique<Public>();
  const std::string ended{text};  // mbedTLS wants the zero, and counts it
  const auto* const bytes = as_bytes(ended).data();
  if (mbedtls_pk_parse_public_key(&key->context, bytes, ended.size() + 1) != 0) {
    return fail(Code::kUsage, "no public key in PEM");
  }
  return checked(std::move(key));
}

Result<Key> Key::rsa(ByteView modulus, ByteView exponent) {
  auto key = std::make_unique<Public>();
  if (mbedtls_pk_setup(&key->context, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) != 0) {
    return fail(Code::kSystem, "unable to make an RSA key");
  }
  mbedtls_rsa_context* const rsa = mbedtls_pk_rsa(key->context);
  const bool good = modulus.size() <= kMostBits / 8 && exponent.size() <= modulus.size() &&
                    mbedtls_rsa_import_raw(rsa, modulus.data(), modulus.size(), nullptr, 0, nullptr,
                                           0, nullptr, 0, exponent.data(), exponent.size()) == 0 &&
                    mbedtls_rsa_complete(rsa) == 0 && mbedtls_rsa_check_pubkey(rsa) == 0;
  if (!good) return fail(Code::kUsage, "numbers that make no RSA key");
  return checked(std::move(key));
}

Result<Key> Key::p256(ByteView x, ByteView y) {
  auto key = std::make_unique<Public>();
  if (mbedtls_pk_setup(&key->context, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) != 0) {
    return fail(Code::kSystem, "unable to make a key on P-256");
  }
  if (x.size() != kNumber || y.size() != kNumber) {
    return fail(Code::kUsage, "coordinates that are not 32 bytes each");
  }
  mbedtls_ecp_keypair* const pair = mbedtls_pk_ec(key->context);
  Bytes point{4};  // uncompressed
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const bool good =
      mbedtls_ecp_group_load(&pair->grp, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
      mbedtls_ecp_point_read_binary(&pair->grp, &pair->Q, point.data(), point.size()) == 0 &&
      mbedtls_ecp_check_pubkey(&pair->grp, &pair->Q) == 0;
  if (!good) return fail(Code::kUsage, "a point that is not on the curve P-256");
  return checked(std::move(key));
}

bool Key::verify(std::string_view text, ByteView signature) const {
  Hash hash{};
  const auto* const bytes = as_bytes(text).data();
  if (secret_) {
    const Bytes& key = secret_->bytes;
    return mbedtls_md_hmac(sha256(), key.data(), key.size(), bytes, text.size(), hash.data()) ==
               0 &&
           equal_secrets(signature, hash);
  }
  if (mbedtls_md(sha256(), bytes, text.size(), hash.data()) != 0) return false;
  return algorithm_ == Algorithm::kRs256 ? public_->verify_rsa(hash, signature)
                                         : public_->verify_ecdsa(hash, signature);
}

Result<Keys> read_keys(std::string_view file) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";  // of UTF-8
  const std::string_view text = file.substr(file.starts_with(kMark) ? kMark.size() : 0);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if (json) return read_jwks(text);
  Keys keys;
  if (text.find("-----BEGIN ") != std::string_view::npos) {
    auto key = Key::pem(text);
    if (!key) return fail(key.error());
    keys.push_back(*std::move(key));
    return keys;
  }
  // What everybody may know is no secret, however long it is.
  if (const auto what = public_text(file); !what.empty()) {
    return fail(Code::kUsage, fmt::format("no key and no secret, but {}", what));
  }
  if (file.ends_with('\n')) file.remove_suffix(file.ends_with("\r\n") ? 2 : 1);
  auto key = Key::secret(as_bytes(file));
  if (!key) return fail(key.error());
  keys.push_back(*std::move(key));
  return keys;
}

}  // namespace so::token
