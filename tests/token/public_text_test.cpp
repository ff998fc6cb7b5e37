#include "token/public_text.h"

#include <string>

#include <doctest/doctest.h>

#include "keys.h"
#include "token/key.h"
#include "token/sign.h"

using namespace so;

namespace {

// Without its first line and its last; in one line, if so wished.
std::string body_of(std::string_view pem, bool joined) {
  pem.remove_prefix(pem.find('\n') + 1);
  std::string body{pem.substr(0, pem.find("-----END"))};
  if (joined) std::erase(body, '\n');
  return body;
}

void check_refused(const std::string& text, std::string_view why) {
  CHECK_MESSAGE(token::public_text(text).find(why) != std::string_view::npos, text);
  CHECK_FALSE(token::read_keys(text));
  CHECK_FALSE(token::sign("{}", text));
}

}  // namespace

TEST_CASE("a key that is not in PEM is no secret") {
  for (const auto pem : {kRsaPublic, kEcPublic, kP384Public, kRsaPrivate, kEcPrivate}) {
    check_refused(body_of(pem, false), "base64 alone");
    check_refused(body_of(pem, true), "base64 alone");
    check_refused("  \"" + body_of(pem, true) + "\"\r\n", "base64 alone");
    check_refused(std::string{pem.substr(pem.find('\n') + 1)}, "base64 alone");
    check_refused(std::string{pem.substr(1)}, "a part of PEM");
  }
  // Ed25519 (RFC 8410, 10.1), in either alphabet.
  check_refused("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", "base64 alone");
  check_refused("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE", "base64 alone");
  check_refused("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 ann@example", "SSH");
  check_refused("AAAAC3NzaC1lZDI1NTE5AAAAIGb9ECWmEzf6FQbrBZ9w7lshQhqow", "SSH");
  check_refused("example.org ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY", "SSH");
}

TEST_CASE("what comes from the web in place of a key is no secret") {
  check_refused("https://id.example.org/.well-known/jwks.json\n", "an address");
  check_refused("HTTP/1.1 502 Bad Gateway and some more words", "an address");
  check_refused("<html><head><title>502 Bad Gateway</title></head></html>", "HTML");
  check_refused("\n <!DOCTYPE html><title>404 Not Found</title>", "HTML");
  check_refused("\xEF\xBB\xBF<html><title>502 Bad Gateway</title></html>", "");
  check_refused("The service cannot be reached.\nTry again later.\n", "several lines");
  std::string half = "\xFF\xFE";
  for (const char c : std::string_view{R"({"keys":[], "more":[]})"}) half += {c, '\0'};
  check_refused(half, "UTF-16");
}

TEST_CASE("secrets, as they are made") {
  for (const std::string& secret : {
           std::string{kSecret},
           std::string{"another secret of thirty-two bytes"},
           std::string{"c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYyE="},  // openssl rand -base64 32
           std::string{"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm\n"
                       "MDEyMzQ1Njc4OWFiY2RlZg==\n"},  // its two lines of 64
           std::string{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
           std::string{"\xEF\xBB\xBF\n \x82"} + std::string(32, '\x01'),
       }) {
    CHECK_MESSAGE(token::public_text(secret).empty(), secret);
    CHECK(token::read_keys(secret));
  }
}
