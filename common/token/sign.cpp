#include "token/sign.h"

#include <array>
#include <memory>

#include <sys/random.h>

#include <fmt/format.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>

#include "base/base64.h"
#include "token/key.h"
#include "token/public_text.h"

namespace so::token {
namespace {

constexpr std::size_t kNumber = 32;  // of P-256

int from_kernel(void*, unsigned char* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = getrandom(out, size, 0);
    if (got < 0) return MBEDTLS_ERR_ECP_RANDOM_FAILED;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return 0;
}

struct Private {
  mbedtls_pk_context context{};
  Private() { mbedtls_pk_init(&context); }
  ~Private() { mbedtls_pk_free(&context); }
  Private(const Private&) = delete;
  Private& operator=(const Private&) = delete;
  Private(Private&&) = delete;
  Private& operator=(Private&&) = delete;
};

using Hash = std::array<std::uint8_t, 32>;

Result<Bytes> sign_rsa(Private& key, const Hash& hash) {
  Bytes signature(MBEDTLS_PK_SIGNATURE_MAX_SIZE);
  std::size_t size = 0;
  if (mbedtls_pk_sign(&key.context, MBEDTLS_MD_SHA256, hash.data(), hash.size(), signature.data(),
                      &size, from_kernel, nullptr) != 0) {
    return fail(Code::kSystem, "unable to sign");
  }
  signature.resize(size);
  return signature;
}

Result<Bytes> sign_ecdsa(Private& key, const Hash& hash) {
  mbedtls_ecp_keypair* const pair = mbedtls_pk_ec(key.context);
  Bytes signature(2 * kNumber);
  mbedtls_mpi r;
  mbedtls_mpi s;
  mbedtls_mpi_init(&r);
  mbedtls_mpi_init(&s);
  const bool good = mbedtls_ecdsa_sign(&pair->grp, &r, &s, &pair->d, hash.data(), hash.size(),
                                       from_kernel, nullptr) == 0 &&
                    mbedtls_mpi_write_binary(&r, signature.data(), kNumber) == 0 &&
                    mbedtls_mpi_write_binary(&s, signature.data() + kNumber, kNumber) == 0;
  mbedtls_mpi_free(&r);
  mbedtls_mpi_free(&s);
  if (!good) return fail(Code::kSystem, "unable to sign");
  return signature;
}

std::string to_be_signed(Algorithm algorithm, std::string_view claims) {
  const std::string header = fmt::format(R"({{"alg":"{}","typ":"JWT"}})", to_text(algorithm));
  return to_base64url(as_bytes(header)) + "." + to_base64url(as_bytes(claims));
}

Result<std::string> sign_with_pem(std::string_view claims, std::string_view pem) {
  Private key;
  const std::string ended{pem};  // mbedTLS wants the zero, and counts it
  if (mbedtls_pk_parse_key(&key.context, as_bytes(ended).data(), ended.size() + 1, nullptr, 0) !=
      0) {
    return fail(Code::kUsage, "no private key in PEM without a password");
  }
  const bool rsa = mbedtls_pk_get_type(&key.context) == MBEDTLS_PK_RSA;
  if (!rsa && (mbedtls_pk_get_type(&key.context) != MBEDTLS_PK_ECKEY ||
               mbedtls_pk_ec(key.context)->grp.id != MBEDTLS_ECP_DP_SECP256R1)) {
    return fail(Code::kUsage, "a key that is neither RSA nor on the curve P-256");
  }
  const std::string text = to_be_signed(rsa ? Algorithm::kRs256 : Algorithm::kEs256, claims);
  Hash hash{};
  mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), as_bytes(text).data(), text.size(),
             hash.data());
  auto signature = rsa ? sign_rsa(key, hash) : sign_ecdsa(key, hash);
  if (!signature) return fail(signature.error());
  return text + "." + to_base64url(*signature);
}

}  // namespace

Result<std::string> sign(std::string_view claims, std::string_view key) {
  if (key.find("-----BEGIN ") != std::string_view::npos) return sign_with_pem(claims, key);
  if (const auto what = public_text(key); !what.empty()) {
    return fail(Code::kUsage, fmt::format("no key and no secret, but {}", what));
  }
  if (key.ends_with('\n')) key.remove_suffix(key.ends_with("\r\n") ? 2 : 1);
  if (auto good = Key::secret(as_bytes(key)); !good) return fail(good.error());
  const std::string text = to_be_signed(Algorithm::kHs256, claims);
  Hash hash{};
  mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), as_bytes(key).data(), key.size(),
                  as_bytes(text).data(), text.size(), hash.data());
  return text + "." + to_base64url(hash);
}

}  // namespace so::token
