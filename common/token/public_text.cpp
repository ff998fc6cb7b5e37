#include "token/public_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/bytes.h"
#include "base/utf8.h"

namespace so::token {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kSshKey = "a key of SSH; PEM is read";
constexpr std::string_view kPem = "a part of PEM; from BEGIN to END is read";
constexpr std::string_view kAddress =
    "an address or an answer of one; the keys themselves are read";

// In lower case, with which the text begins.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kBeginnings{
    {{"----", kPem},
     {"ssh-", kSshKey},
     {"ecdsa-", kSshKey},
     {"sk-ssh-", kSshKey},
     {"sk-ecdsa-", kSshKey},
     {"http:", kAddress},
     {"https:", kAddress},
     {"http/", kAddress},
     {"<", "a page in HTML or XML"}}};

bool begins(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(),
                                                   [](char a, char b) { return a == to_lower(b); });
}

// In base64 the length of a name, and the name: "ssh-rsa", "ssh-ed25519", "ecdsa-sha2-".
bool has_ssh_key(std::string_view text) {
  constexpr std::array<std::string_view, 3> kNames{"AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
    return text.find(name) != std::string_view::npos;
  });
}

// SEQUENCE, its length, and in it a SEQUENCE or an INTEGER: how all keys and certificates begin in
// DER (X.690, 8.1.3). The length has to be right, so that hardly one secret in a million is meant;
// a line end may follow.
bool is_der(ByteView bytes) {
  constexpr std::uint8_t kSequence = 0x30;
  constexpr std::uint8_t kInteger = 0x02;
  constexpr std::size_t kLong = 0x80;
  if (bytes.size() < 4 || bytes[0] != kSequence) return false;
  std::size_t length = bytes[1];
  std::size_t at = 2;
  if (length > kLong) {
    at += length - kLong;
    if (length > kLong + 2 || at >= bytes.size()) return false;
    length = 0;
    for (const std::uint8_t byte : bytes.subspan(2, at - 2)) length = length << 8U | byte;
  }
  if (at >= bytes.size() || length > bytes.size() - at) return false;
  if (bytes.size() - at - length > 2) return false;
  return bytes[at] == kSequence || bytes[at] == kInteger;
}

// As it is in PEM, or in one line, or in quotes; in either alphabet, with padding or without.
bool is_der_in_base64(std::string_view text) {
  std::string url;
  for (const char c : text.substr(0, text.find("-----END "))) {
    if (kBlanks.find(c) != std::string_view::npos || c == '"' || c == '\'' || c == '=') continue;
    url += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  const auto bytes = from_base64url(url);
  return bytes && is_der(*bytes);
}

// Such text has zeros, which a secret in text has not.
bool is_utf16(ByteView bytes) {
  if (bytes.size() < 4) return false;
  return (bytes[0] == 0xFF && bytes[1] == 0xFE && bytes[3] == 0) ||
         (bytes[0] == 0xFE && bytes[1] == 0xFF && bytes[2] == 0);
}

// Lines of words. Base64 has lines, a sentence has words, and what is no text may have anything.
bool is_prose(std::string_view text) {
  const bool printed = std::none_of(text.begin(), text.end(), [](char c) {
    return is_control(c) && kBlanks.find(c) == std::string_view::npos;
  });
  return printed && is_utf8(as_bytes(text)) && text.find('\n') != std::string_view::npos &&
         text.find(' ') != std::string_view::npos;
}

}  // namespace

std::string_view public_text(std::string_view text) {
  if (is_utf16(as_bytes(text))) return "a text in UTF-16; UTF-8 is read";
  if (is_der(as_bytes(text))) return "a key in DER; PEM is read";
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the mark of UTF-8
  text = trimmed(text, kBlanks);
  for (const auto& [beginning, what] : kBeginnings) {
    if (begins(text, beginning)) return what;
  }
  if (has_ssh_key(text)) return kSshKey;
  if (is_der_in_base64(text)) return "a key in base64 alone; PEM is read, with BEGIN and END";
  if (text.find("-----END ") != std::string_view::npos) return kPem;
  return is_prose(text) ? "a text of several lines" : "";
}

}  // namespace so::token
