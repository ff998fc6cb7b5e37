#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"

namespace so {

/// Bytes together with what keeps them where they are, a received message for instance: whoever
/// copies it holds the same bytes.
struct SharedView {
  std::shared_ptr<const void> owner;
  ByteView bytes;
};

inline SharedView share(Bytes bytes) {
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const ByteView view{*owner};
  return {std::move(owner), view};
}

}  // namespace so
