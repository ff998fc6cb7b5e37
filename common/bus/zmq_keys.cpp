#include "bus/zmq_keys.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <zmq.hpp>

#include "bus/keys.h"

namespace so::bus {
namespace {

constexpr std::size_t kBytes = 32;
constexpr std::size_t kText = 40;
using Text = std::array<char, kText + 1>;  // with a zero at the end

}  // namespace

std::optional<std::string> key_bytes(std::string_view key) {
  std::array<std::uint8_t, kBytes> bytes{};
  const bool good = key.size() == kText && key.find('\0') == std::string_view::npos &&
                    zmq_z85_decode(bytes.data(), std::string{key}.c_str()) != nullptr;
  if (!good) return std::nullopt;
  return std::string{bytes.begin(), bytes.end()};
}

std::string key_text(std::string_view bytes) {
  Text text{};
  std::array<std::uint8_t, kBytes> copy{};
  std::copy_n(bytes.begin(), kBytes, copy.begin());
  zmq_z85_encode(text.data(), copy.data(), kBytes);
  return {text.data(), kText};
}

std::optional<std::string> known_of(const std::string& secret) {
  Text known{};
  if (!key_bytes(secret) || zmq_curve_public(known.data(), secret.c_str()) != 0) {
    return std::nullopt;
  }
  return std::string{known.data(), kText};
}

KeyPair make_key_pair() {
  Text known{};
  Text secret{};
  if (zmq_curve_keypair(known.data(), secret.data()) != 0) throw zmq::error_t{};
  return {{known.data(), kText}, {secret.data(), kText}};
}

}  // namespace so::bus
