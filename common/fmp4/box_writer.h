#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/writer.h"

namespace so::fmp4 {

/// Writes size:32 type:32 and what `body()` writes (ISO/IEC 14496-12, 4.2). Boxes nest as calls do.
template <class Body>
void box(Writer& out, std::string_view type, Body body) {
  const std::size_t start = out.at();
  out.u32(0);
  out.text(type);
  body();
  out.patch_u32(start, static_cast<std::uint32_t>(out.at() - start));
}

/// A box of its own.
inline Bytes box(std::string_view type, ByteView body) {
  Bytes bytes;
  Writer out{bytes};
  box(out, type, [&] { out.bytes(body); });
  return bytes;
}

struct Full {
  std::uint8_t version = 0;
  std::uint32_t flags = 0;
};

/// A full box: version:8 flags:24 come before the body.
template <class Body>
void box(Writer& out, std::string_view type, Full full, Body body) {
  box(out, type, [&] {
    out.u8(full.version);
    out.u24(full.flags);
    body();
  });
}

}  // namespace so::fmp4
