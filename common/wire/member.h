#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace so::wire {

/// A connection as everybody knows it: the tool's incarnation, and the tool's own number for it.
/// Never reused.
struct MemberId {
  std::uint64_t incarnation = 0;
  std::uint64_t number = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a 0 in what the compiler writes.
  auto operator<=>(const MemberId&) const = default;
};

/// "0123456789abcdef-42", and back.
std::string to_text(const MemberId& id);
std::optional<MemberId> member_id(std::string_view text);

/// 16 lower-case hexadecimal digits: how incarnations and epochs are written in JSON, whose numbers
/// are doubles to many readers.
std::string hex64(std::uint64_t value);
void append_hex64(std::string& out, std::uint64_t value);
std::optional<std::uint64_t> from_hex64(std::string_view text);

}  // namespace so::wire
