#pragma once

#include <memory>
#include <string>

#include "base/result.h"

struct ssl_ctx_st;

namespace so::net {

/// PEM: the certificate first, then those that vouch for it; and its key.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

struct FreeTls {
  void operator()(ssl_ctx_st* context) const;
};

/// What new wss:// connections of a server show, by libwebsockets and its OpenSSL. Those that have
/// begun keep what they began with.
class WsCertificate {
 public:
  explicit WsCertificate(TlsFiles files) : files_(std::move(files)) {}

  /// Reads the files. If anything is wrong with them what there was stays.
  Status load();
  /// Has connections of this library context show it; the identity outlives them.
  void serve(ssl_ctx_st* context);

  [[nodiscard]] const TlsFiles& files() const { return files_; }
  [[nodiscard]] ssl_ctx_st* current() const { return current_.get(); }

 private:
  TlsFiles files_;
  std::unique_ptr<ssl_ctx_st, FreeTls> current_;
};

}  // namespace so::net
