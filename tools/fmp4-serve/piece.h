#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "fmp4/batch.h"
#include "fmp4/fragment.h"
#include "net/frame.h"
#include "stream_data.h"

namespace so::fmp4serve {

/// One fragment on its way to viewers: made and framed once for all rich ones who want it cut so.
/// Borrowed, but for the frame.
struct Piece {
  std::span<const fmp4::Sample> samples;  // at least one
  ByteView header;                        // moof and the head of mdat
  SharedView payload;
  ByteView events;                          // event messages that lie before it
  const Description* description;           // for who begins with it; null: there is none
  net::Frame frame;                         // of all that, but for the description
  std::optional<std::int64_t> timestamp{};  // what the publisher's clock shows at its beginning, ms

  [[nodiscard]] const fmp4::Sample& first() const { return samples.front(); }
};

}  // namespace so::fmp4serve
