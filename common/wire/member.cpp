#include "wire/member.h"

#include <fmt/format.h>

#include "base/number.h"

namespace so::wire {
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
  if (text.size() != 16) return std::nullopt;
  const auto value = parse_number<std::uint64_t>(text, 16);
  return value && hex64(*value) == text ? value : std::nullopt;
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
  const auto number = parse_number<std::uint64_t>(text.substr(17));
  if (!incarnation || !number) return std::nullopt;
  const MemberId id{.incarnation = *incarnation, .number = *number};
  if (to_text(id) != text) return std::nullopt;
  return id;
}

}  // namespace so::wire
