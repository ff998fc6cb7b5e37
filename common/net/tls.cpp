#include "net/tls.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

namespace so::net {
namespace {

constexpr std::size_t kRecord = 16U << 10U;

std::string words(int error) {
  std::array<char, 128> text{};
  mbedtls_strerror(error, text.data(), text.size());
  return text.data();
}

struct Certificate {
  Certificate() {
    mbedtls_x509_crt_init(&chain);
    mbedtls_pk_init(&key);
  }
  ~Certificate() {
    mbedtls_x509_crt_free(&chain);
    mbedtls_pk_free(&key);
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  mbedtls_x509_crt chain{};
  mbedtls_pk_context key{};
};

// Of all that verifying says, only whether the name is one of the certificate's.
bool is_for(Certificate& certificate, const std::string& host) {
  std::uint32_t flags = 0;
  mbedtls_x509_crt_verify(&certificate.chain, nullptr, nullptr, host.c_str(), &flags, nullptr,
                          nullptr);
  return (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) == 0;
}

}  // namespace

struct TlsIdentity::State {
  explicit State(int endpoint) {
    mbedtls_ssl_config_init(&config);
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random);
    mbedtls_x509_crt_init(&trusted);
    mbedtls_ssl_config_defaults(&config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
  }
  ~State() {
    mbedtls_ssl_config_free(&config);
    mbedtls_ctr_drbg_free(&random);
    mbedtls_entropy_free(&entropy);
    mbedtls_x509_crt_free(&trusted);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Status seed() {
    const int error = mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, nullptr, 0);
    if (error != 0) return fail(Code::kSystem, "tls: no randomness: " + words(error));
    return {};
  }

  Status add(const Files& files) {
    auto certificate = std::make_unique<Certificate>();
    if (const int error =
            mbedtls_x509_crt_parse_file(&certificate->chain, files.certificate.c_str());
        error != 0) {
      return fail(Code::kUsage, fmt::format("certificate {}: {}", files.certificate, words(error)));
    }
    if (const int error = mbedtls_pk_parse_keyfile(&certificate->key, files.key.c_str(), nullptr);
        error != 0) {
      return fail(Code::kUsage, fmt::format("key {}: {}", files.key, words(error)));
    }
    if (mbedtls_pk_check_pair(&certificate->chain.pk, &certificate->key) != 0) {
      return fail(Code::kUsage,
                  fmt::format("key {} is not that of {}", files.key, files.certificate));
    }
    if (certificates.empty()) {
      mbedtls_ssl_conf_own_cert(&config, &certificate->chain, &certificate->key);
    }
    certificates.push_back(std::move(certificate));
    return {};
  }

  // Called in the handshake with the name that a client wants.
  static int choose(void* self, mbedtls_ssl_context* session, const unsigned char* name,
                    std::size_t size) {
    auto& state = *static_cast<State*>(self);
    const std::string host{name, name + size};
    for (const auto& certificate : state.certificates) {
      if (!is_for(*certificate, host)) continue;
      return mbedtls_ssl_set_hs_own_cert(session, &certificate->chain, &certificate->key);
    }
    return 0;
  }

  mbedtls_ssl_config config{};
  mbedtls_entropy_context entropy{};
  mbedtls_ctr_drbg_context random{};
  mbedtls_x509_crt trusted{};
  std::vector<std::unique_ptr<Certificate>> certificates;
};

TlsIdentity::TlsIdentity(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsIdentity::~TlsIdentity() = default;

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::server(const std::vector<Files>& files) {
  auto state = std::make_unique<State>(MBEDTLS_SSL_IS_SERVER);
  if (auto seeded = state->seed(); !seeded) return fail(seeded.error());
  for (const Files& each : files) {
    if (auto added = state->add(each); !added) return fail(added.error());
  }
  if (state->certificates.size() > 1) {
    mbedtls_ssl_conf_sni(&state->config, &State::choose, state.get());
  }
  return std::shared_ptr<const TlsIdentity>{new TlsIdentity{std::move(state)}};
}

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::client(const std::string& ca) {
  auto state = std::make_unique<State>(MBEDTLS_SSL_IS_CLIENT);
  if (auto seeded = state->seed(); !seeded) return fail(seeded.error());
  if (ca.empty()) {
    mbedtls_ssl_conf_authmode(&state->config, MBEDTLS_SSL_VERIFY_NONE);
  } else {
    if (const int error = mbedtls_x509_crt_parse_file(&state->trusted, ca.c_str()); error < 0) {
      return fail(Code::kUsage, fmt::format("certificates {}: {}", ca, words(error)));
    }
    mbedtls_ssl_conf_ca_chain(&state->config, &state->trusted, nullptr);
    mbedtls_ssl_conf_authmode(&state->config, MBEDTLS_SSL_VERIFY_REQUIRED);
  }
  return std::shared_ptr<const TlsIdentity>{new TlsIdentity{std::move(state)}};
}

struct TlsSession::State {
  std::shared_ptr<const TlsIdentity> identity;
  mbedtls_ssl_context ssl{};
  ByteView input;  // not yet read by mbedTLS
  Bytes output;
  bool established = false;

  static int write(void* self, const unsigned char* bytes, std::size_t size) {
    Bytes& output = static_cast<State*>(self)->output;
    output.insert(output.end(), bytes, bytes + size);
    return static_cast<int>(size);
  }
  static int read(void* self, unsigned char* to, std::size_t size) {
    ByteView& input = static_cast<State*>(self)->input;
    if (input.empty()) return MBEDTLS_ERR_SSL_WANT_READ;
    const ByteView part = input.first(std::min(size, input.size()));
    std::copy(part.begin(), part.end(), to);
    input = input.subspan(part.size());
    return static_cast<int>(part.size());
  }
};

TlsSession::TlsSession(std::shared_ptr<const TlsIdentity> identity, const std::string& host)
    : state_(std::make_unique<State>()) {
  state_->identity = std::move(identity);
  mbedtls_ssl_context& ssl = state_->ssl;
  mbedtls_ssl_init(&ssl);
  mbedtls_ssl_setup(&ssl, &state_->identity->state_->config);
  if (!host.empty()) mbedtls_ssl_set_hostname(&ssl, host.c_str());
  mbedtls_ssl_set_bio(&ssl, state_.get(), &State::write, &State::read, nullptr);
  if (!host.empty()) mbedtls_ssl_handshake(&ssl);  // a client speaks first
}

TlsSession::~TlsSession() {
  mbedtls_ssl_free(&state_->ssl);
}

// mbedTLS keeps what it has read of a record, so all of the input is taken at each call.
Result<bool> TlsSession::receive(ByteView cipher, Bytes& plain) {
  State& state = *state_;
  state.input = cipher;
  if (!state.established) {
    const int result = mbedtls_ssl_handshake(&state.ssl);
    if (result == MBEDTLS_ERR_SSL_WANT_READ) return true;
    if (result != 0) return fail(Code::kPeer, "tls handshake: " + words(result));
    state.established = true;
  }
  while (true) {
    const std::size_t before = plain.size();
    plain.resize(before + kRecord);
    const int got = mbedtls_ssl_read(&state.ssl, plain.data() + before, kRecord);
    plain.resize(before + static_cast<std::size_t>(std::max(got, 0)));
    if (got > 0) continue;
    if (got == MBEDTLS_ERR_SSL_WANT_READ) return true;
    if (got == 0 || got == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) return false;
    return fail(Code::kPeer, "tls: " + words(got));
  }
}

Status TlsSession::send(ByteView plain) {
  while (!plain.empty()) {
    const int taken = mbedtls_ssl_write(&state_->ssl, plain.data(), plain.size());
    if (taken <= 0) return fail(Code::kPeer, "tls: " + words(taken));
    plain = plain.subspan(static_cast<std::size_t>(taken));
  }
  return {};
}

void TlsSession::end() {
  if (state_->established) mbedtls_ssl_close_notify(&state_->ssl);
}

bool TlsSession::established() const {
  return state_->established;
}

Bytes TlsSession::take_output() {
  return std::exchange(state_->output, {});
}

}  // namespace so::net
