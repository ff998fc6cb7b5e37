#include "wire/member.h"

#include <charconv>

#include <fmt/format.h>

namespace so::wire {
namespace {

template <class Integer>
bool parse(std::string_view text, Integer& value, int base) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string hex64(std::uint64_t value) {
  std::string out;
  append_hex64(out, value);
  return out;
}

void append_hex64(std::string& out, std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (unsigned shift = 64; shift > 0; shift -= 4) out += kDigits[value >> (shift - 4) & 0xFU];
}

std::optional<std::uint64_t> from_hex64(std::string_view text) {
  std::uint64_t value = 0;
  if (text.size() != 16 || !parse(text, value, 16) || hex64(value) != text) return std::nullopt;
  return value;
}

std::string to_text(const MemberId& id) {
  std::string out;
  append_hex64(out, id.incarnation);
  out += '-';
  out += fmt::format_int{id.number}.c_str();
  return out;
}

std::optional<MemberId> member_id(std::string_view text) {
  if (text.size() < 18 || text[16] != '-') return std::nullopt;
  const auto incarnation = from_hex64(text.substr(0, 16));
  MemberId id;
  if (!incarnation || !parse(text.substr(17), id.number, 10)) return std::nullopt;
  id.incarnation = *incarnation;
  if (to_text(id) != text) return std::nullopt;
  return id;
}

}  // namespace so::wire
