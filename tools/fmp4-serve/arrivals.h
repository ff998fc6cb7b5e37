#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "flv/packet.h"

namespace so::fmp4serve {

/// What has come of a stream that does not begin, for people who wait for it.
class Arrivals {
 public:
  void add(const flv::Tag& tag);  // script tags do not count

  [[nodiscard]] bool any() const;
  /// "video: 42 packets of H.264, without a key frame; audio: nothing has come"
  [[nodiscard]] std::string text() const;

 private:
  struct Kind {
    std::size_t packets = 0;
    std::size_t broken = 0;  // of these
    std::size_t others = 0;  // of these: of other tracks than the first
    std::size_t frames = 0;  // of the first track
    std::size_t keys = 0;    // of these
    bool configured = false;
    std::optional<flv::Codec> codec{};  // of the first track
  };
  static std::string words(const Kind& kind, bool video);

  std::array<Kind, 2> kinds_;  // video, audio
};

}  // namespace so::fmp4serve
