#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/cursor.h"
#include "base/result.h"

namespace so::test {

struct BoxView {
  std::uint32_t type = 0;  // FourCC
  ByteView body{};         // without size and type; borrowed
  ByteView whole{};
};

/// The boxes that lie side by side in some bytes; they must fill them exactly. 64-bit sizes and
/// "until the end" are not what a live stream may use: errors.
class Boxes {
 public:
  static Result<Boxes> read(ByteView bytes, const std::string& where);

  [[nodiscard]] const std::vector<BoxView>& all() const { return boxes_; }
  [[nodiscard]] std::size_t count(std::uint32_t type) const;
  /// The body of the one box of that type; none or several are an error.
  [[nodiscard]] Result<ByteView> only(std::string_view type) const;
  /// The boxes in the one box of that type.
  [[nodiscard]] Result<Boxes> inside(std::string_view type) const;

 private:
  std::string where_;
  std::vector<BoxView> boxes_;
};

/// version:8 flags:24, taken from the front of a full box.
struct VersionFlags {
  std::uint8_t version;
  std::uint32_t flags;
};
inline VersionFlags read_version_flags(Cursor& in) {
  const std::uint8_t version = in.u8();
  return {version, in.u24()};
}

std::string four_cc_text(std::uint32_t type);

}  // namespace so::test
