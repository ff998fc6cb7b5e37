#include "base/base64.h"

#include <algorithm>
#include <array>

namespace so {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int, 256> kValues = [] {
  std::array<int, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values.at(static_cast<unsigned char>(kAlphabet[i])) = static_cast<int>(i);
  }
  return values;
}();

// Four characters to 24 bits; -1 where one is outside the alphabet. '=' counts as zero bits.
long group(std::string_view four, std::size_t padding) {
  long bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int value = i >= 4 - padding ? 0 : kValues.at(static_cast<unsigned char>(four[i]));
    if (value < 0) return -1;
    bits = bits << 6 | value;
  }
  return bits;
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8U | (j < n ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      out += j <= n ? kAlphabet[bits >> (18U - 6U * j) & 63U] : '=';
    }
  }
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Code::kPeer, "base64: length is not a multiple of four");
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::string_view four = text.substr(i, 4);
    const bool last = i + 4 == text.size();
    const std::size_t padding = !last ? 0 : four.ends_with("==") ? 2 : four.ends_with('=') ? 1 : 0;
    const long bits = group(four, padding);
    if (bits < 0) return fail(Code::kPeer, "base64: character outside the alphabet");
    for (std::size_t j = 0; j < 3 - padding; ++j) {
      out.push_back(static_cast<std::uint8_t>(bits >> (16U - 8U * j)));
    }
  }
  return out;
}

std::string to_base64url(ByteView bytes) {
  std::string text = to_base64(bytes);
  text.erase(std::min(text.find('='), text.size()));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

Result<Bytes> from_base64url(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) {
    return fail(Code::kPeer, "base64url: character outside the alphabet");
  }
  std::string plain{text};
  for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  plain.append((4 - plain.size() % 4) % 4, '=');
  auto bytes = from_base64(plain);
  if (!bytes) return bytes;
  if (to_base64url(*bytes) != text) return fail(Code::kPeer, "base64url: bits left over");
  return bytes;
}

}  // namespace so
