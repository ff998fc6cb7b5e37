#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace so::token {

/// How a token is signed (RFC 7518, 3.1). `none` is not among them.
enum class Algorithm {
  kHs256,  // HMAC with a secret
  kRs256,  // RSA, PKCS #1 1.5
  kEs256,  // ECDSA on P-256
};
std::string_view to_text(Algorithm algorithm);
std::optional<Algorithm> algorithm_named(std::string_view name);

/// What a signature is checked with. A key is for one algorithm: what it is decides, never what a
/// token says.
class Key {
 public:
  /// A shared secret: of at least 32 bytes, as RFC 7518 asks for.
  static Result<Key> secret(ByteView bytes);
  /// "-----BEGIN PUBLIC KEY-----": RSA of 2048 to 8192 bits, or P-256.
  static Result<Key> pem(std::string_view text);
  /// RSA and P-256 by their numbers, big-endian.
  static Result<Key> rsa(ByteView modulus, ByteView exponent);
  static Result<Key> p256(ByteView x, ByteView y);

  ~Key();
  Key(Key&&) noexcept;
  Key& operator=(Key&&) noexcept;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const std::string& id() const { return id_; }  // `kid`; empty: it has none
  void set_id(std::string id) { id_ = std::move(id); }

  /// Whether the key's owner has signed the text.
  [[nodiscard]] bool verify(std::string_view text, ByteView signature) const;

 private:
  struct Secret;
  struct Public;
  explicit Key(std::unique_ptr<Secret> secret);
  Key(Algorithm algorithm, std::unique_ptr<Public> key);
  static Result<Key> checked(std::unique_ptr<Public> key);

  Algorithm algorithm_;
  std::string id_;
  std::unique_ptr<Secret> secret_;
  std::unique_ptr<Public> public_;
};

using Keys = std::vector<Key>;
constexpr std::size_t kMaxKeys = 64;

/// The keys in a file: a JWK set or one JWK (RFC 7517), a public key in PEM, or else a secret,
/// which are all its bytes but for a line end at the end. It is no secret if it looks like
/// something that others may know, as public_text.h says.
Result<Keys> read_keys(std::string_view file);

}  // namespace so::token
