#pragma once

#include <cstddef>

#include "base/bytes.h"

namespace so {

/// Whether two secrets are equal, in a time that does not tell where they differ.
inline bool equal_secrets(ByteView a, ByteView b) {
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    different |= static_cast<unsigned>(a[i] ^ b[i]);
  }
  return different == 0;
}

}  // namespace so
