#include "support/fmp4_boxes.h"

#include <algorithm>

#include <fmt/format.h>

#include "flv/codec.h"

namespace so::test {

std::string four_cc_text(std::uint32_t type) {
  std::string text;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    const auto c = static_cast<char>(type >> shift);
    text += c >= ' ' && c <= '~' ? c : '.';
  }
  return text;
}

Result<Boxes> Boxes::read(ByteView bytes, const std::string& where) {
  Boxes boxes;
  boxes.where_ = where;
  Cursor in{bytes};
  while (in.left() > 0) {
    const std::size_t start = in.at();
    const std::uint32_t size = in.u32();
    const std::uint32_t type = in.u32();
    if (!in.ok() || size < 8 || size - 8 > in.left()) {
      return fail(Code::kPeer, fmt::format("{}: box '{}' of {} bytes at {} does not fit", where,
                                           four_cc_text(type), size, start));
    }
    boxes.boxes_.push_back({type, in.bytes(size - 8), bytes.subspan(start, size)});
  }
  return boxes;
}

std::size_t Boxes::count(std::uint32_t type) const {
  return static_cast<std::size_t>(std::count_if(boxes_.begin(), boxes_.end(),
                                                [&](const BoxView& b) { return b.type == type; }));
}

Result<ByteView> Boxes::only(std::string_view type) const {
  const std::uint32_t wanted = flv::four_cc(type);
  if (count(wanted) != 1) {
    return fail(Code::kPeer, fmt::format("{}: {} boxes '{}', not one", where_, count(wanted),
                                         four_cc_text(wanted)));
  }
  return std::find_if(boxes_.begin(), boxes_.end(),
                      [&](const BoxView& b) { return b.type == wanted; })
      ->body;
}

Result<Boxes> Boxes::inside(std::string_view type) const {
  const auto body = only(type);
  if (!body) return fail(body.error());
  return read(*body, where_ + "/" + four_cc_text(flv::four_cc(type)));
}

}  // namespace so::test
