#include "flv/crop.h"

namespace so::flv {

void crop(BitCursor& in, unsigned chroma_format, unsigned rows, std::uint32_t& width,
          std::uint32_t& height) {
  const std::uint64_t unit_x = chroma_format == 1 || chroma_format == 2 ? 2 : 1;
  const std::uint64_t unit_y = std::uint64_t{chroma_format == 1 ? 2U : 1U} * rows;
  const std::uint64_t left = in.ue();
  const std::uint64_t right = in.ue();
  const std::uint64_t top = in.ue();
  const std::uint64_t bottom = in.ue();
  const std::uint64_t crop_x = (left + right) * unit_x;
  const std::uint64_t crop_y = (top + bottom) * unit_y;
  if (crop_x >= width || crop_y >= height) return in.fail();
  width -= static_cast<std::uint32_t>(crop_x);
  height -= static_cast<std::uint32_t>(crop_y);
}

}  // namespace so::flv
