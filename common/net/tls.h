#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace so::net {

/// What one side brings to TLS connections: certificates, or whom it trusts. Immutable; connections
/// keep the one they began with, so a new one may take its place at any time.
class TlsIdentity {
 public:
  struct Files {
    std::string certificate;  // PEM, with the chain behind it
    std::string key;          // PEM, without a pass phrase
  };
  /// A server's. The first is for clients that name no host, or one that none is for.
  static Result<std::shared_ptr<const TlsIdentity>> server(const std::vector<Files>& files);
  /// A client's. `ca` is a PEM file of whom it trusts; empty: nobody is asked who he is.
  static Result<std::shared_ptr<const TlsIdentity>> client(const std::string& ca);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

 private:
  friend class TlsSession;
  struct State;
  explicit TlsIdentity(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One TLS 1.2 connection (mbedTLS) as a filter between a socket and whoever speaks: cipher bytes
/// in, plain bytes out; plain bytes in, cipher bytes out.
///
/// Memory: some 40 KiB, and what is given until it is taken.
class TlsSession {
 public:
  /// `host`: of a client, whom it wants to talk to.
  explicit TlsSession(std::shared_ptr<const TlsIdentity> identity, const std::string& host = {});
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Takes what came from the socket and appends what it says in plain. False: the other side has
  /// ended in order. An error is final; what take_output() has tells the other side.
  Result<bool> receive(ByteView cipher, Bytes& plain);
  /// Only when established.
  Status send(ByteView plain);
  void end();  // says so to the other side

  [[nodiscard]] bool established() const;
  /// Cipher bytes for the socket; owed only once.
  Bytes take_output();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace so::net
