#include "net/tls.h"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace so;
using net::TlsIdentity;
using net::TlsSession;

namespace {

/// A certificate of its own for a host, made by whoever has openssl.
TlsIdentity::Files make_files(const TempDir& dir, const std::string& host) {
  TlsIdentity::Files files{dir.path(host + ".crt"), dir.path(host + ".key")};
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
      "/CN=" +
      host + " -addext subjectAltName=DNS:" + host + " -keyout " + files.key + " -out " +
      files.certificate + " 2>/dev/null";
  REQUIRE(std::system(command.c_str()) == 0);
  return files;
}

/// A client and a server without a socket between them.
struct Talk {
  TlsSession server;
  TlsSession client;
  Bytes server_heard;
  Bytes client_heard;
  std::string error;
  bool ended = false;

  Talk(const TlsIdentity::Files& files, const std::string& ca, const std::string& host)
      : server(*TlsIdentity::server({files})), client(*TlsIdentity::client(ca), host) {}

  void carry(TlsSession& from, TlsSession& to, Bytes& heard) {
    const Bytes bytes = from.take_output();
    if (bytes.empty()) return;
    for (std::size_t at = 0; at < bytes.size() && error.empty(); at += step) {
      const ByteView piece = ByteView{bytes}.subspan(at, std::min(step, bytes.size() - at));
      const auto goes_on = to.receive(piece, heard);
      if (!goes_on) error = goes_on.error().text;
      if (goes_on && !*goes_on) ended = true;
    }
  }
  void pump() {
    for (int i = 0; i < 10; ++i) {
      carry(client, server, server_heard);
      carry(server, client, client_heard);
    }
  }
  std::size_t step = 100'000;
};

}  // namespace

TEST_CASE("tls: what one side says the other hears, in pieces of any size") {
  TempDir dir;
  const auto files = make_files(dir, "localhost");
  for (const std::size_t step : {1U, 7U, 100'000U}) {
    Talk talk{files, files.certificate, "localhost"};
    talk.step = step;
    talk.pump();
    CHECK(talk.error.empty());
    REQUIRE(talk.server.established());
    REQUIRE(talk.client.established());
    const Bytes long_text(40'000, 'x');
    CHECK(talk.client.send(long_text));
    CHECK(talk.server.send(as_bytes("hello")));
    talk.pump();
    CHECK(talk.server_heard == long_text);
    CHECK(as_text(talk.client_heard) == "hello");
    talk.client.end();
    talk.pump();
    CHECK(talk.ended);
  }
}

TEST_CASE("tls: a client takes only whom it trusts, and only as the host that it asked for") {
  TempDir dir;
  const auto files = make_files(dir, "localhost");
  const auto other = make_files(dir, "other");
  const auto outcome = [&](const std::string& ca, const std::string& host) {
    Talk talk{files, ca, host};
    talk.pump();
    return talk.client.established() ? "fine" : talk.error;
  };
  CHECK(outcome(files.certificate, "localhost") == "fine");
  CHECK(outcome("", "localhost") == "fine");
  CHECK(outcome(other.certificate, "localhost").starts_with("tls handshake: X509"));
  CHECK(outcome(files.certificate, "example").starts_with("tls handshake: X509"));
}

TEST_CASE("tls: files that are none, and keys of others, are named") {
  TempDir dir;
  const auto files = make_files(dir, "localhost");
  const auto other = make_files(dir, "other");
  CHECK(
      TlsIdentity::server({{"none.crt", files.key}}).error().text.starts_with("certificate none"));
  CHECK(TlsIdentity::server({{files.certificate, files.certificate}})
            .error()
            .text.starts_with("key "));
  CHECK(TlsIdentity::server({{files.certificate, other.key}}).error().text ==
        "key " + other.key + " is not that of " + files.certificate);
  CHECK(TlsIdentity::client(files.key).error().text.starts_with("certificates "));
}

TEST_CASE("tls: what is no TLS is an error, whatever follows") {
  TempDir dir;
  TlsSession server{*TlsIdentity::server({make_files(dir, "localhost")})};
  Bytes plain;
  CHECK_FALSE(server.receive(as_bytes("GET / HTTP/1.1\r\n\r\n"), plain));
  CHECK_FALSE(server.established());
  CHECK(plain.empty());
}
