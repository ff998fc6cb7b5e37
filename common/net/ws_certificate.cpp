#include "net/ws_certificate.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <fmt/format.h>

#include "net/socket.h"

namespace so::net {
namespace {

// Of what the system refused the first error says why, of a file's content the last.
std::string reason() {
  const unsigned long first = ERR_peek_error();
  if (ERR_SYSTEM_ERROR(first)) return error_text(ERR_GET_REASON(first));
  const unsigned long last = ERR_peek_last_error();
  const char* const words = last != 0 ? ERR_reason_error_string(last) : nullptr;
  return words != nullptr ? words : "it is not in order";
}

tl::unexpected<Error> tls_error(std::string_view doing, const std::string& file) {
  const std::string why = reason();
  ERR_clear_error();
  return fail(Code::kUsage, fmt::format("unable to {} {}: {}", doing, file, why));
}

// 1: go on with the handshake.
int choose(SSL* ssl, void* identity) {
  SSL_CTX* const current = static_cast<WsCertificate*>(identity)->current();
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(current, &chain);
  SSL_certs_clear(ssl);
  return SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(current),
                              SSL_CTX_get0_privatekey(current), chain, 1);
}

}  // namespace

void FreeTls::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

Status WsCertificate::load() {
  ERR_clear_error();
  std::unique_ptr<ssl_ctx_st, FreeTls> fresh{SSL_CTX_new(TLS_server_method())};
  if (SSL_CTX_use_certificate_chain_file(fresh.get(), files_.certificate.c_str()) != 1) {
    return tls_error("read the certificate", files_.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(fresh.get(), files_.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(fresh.get()) != 1) {
    return tls_error("use the key", files_.key);
  }
  if (X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(fresh.get()))) < 0) {
    return fail(Code::kUsage, fmt::format("the certificate {} has expired", files_.certificate));
  }
  current_ = std::move(fresh);
  return {};
}

void WsCertificate::serve(ssl_ctx_st* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cert_cb(context, choose, this);
}

}  // namespace so::net
