#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "base/shared_view.h"
#include "flv/packet.h"
#include "fmp4/format.h"
#include "fmp4/track.h"

namespace so::fmp4 {

/// One access unit as the publisher sent it, fit to become a sample.
struct Frame {
  TrackId track{};
  std::uint32_t timestamp = 0;   // the publisher's, ms
  std::int32_t composition = 0;  // ms
  bool sync = false;
  std::uint32_t samples = 0;  // audio: how long it plays, at the rate of its track
  SharedView payload{};
};

/// Turns the packets of one kind into frames, and remembers the newest configuration. An error is
/// about one packet: a codec that fMP4 cannot carry, damage, or a frame before its configuration.
/// The next packet may be read.
class Input {
 public:
  explicit Input(TrackId id) : id_(id) {}

  /// nullopt: a header, a keep-alive, or another track. `owner`: of the packet's payload, which is
  /// not copied unless something in it has to go.
  Result<std::optional<Frame>> read(const flv::Packet& packet, std::uint32_t timestamp,
                                    const std::shared_ptr<const void>& owner);

  /// Of the newest configuration that could be read; null before the first.
  [[nodiscard]] const Track* track() const { return format_ ? &format_->track : nullptr; }
  /// Rises with every other configuration; 0: none came yet.
  [[nodiscard]] unsigned version() const { return version_; }
  [[nodiscard]] unsigned changes() const { return version_ == 0 ? 0 : version_ - 1; }
  [[nodiscard]] bool is_supported() const { return supported_; }  // true while nothing was heard

 private:
  Status configure(flv::Codec codec, ByteView record);
  void resize(std::uint32_t width, std::uint32_t height);
  Result<std::optional<Frame>> read_video(const flv::Packet& packet, std::uint32_t timestamp,
                                          const std::shared_ptr<const void>& owner);
  Result<std::optional<Frame>> read_audio(const flv::Packet& packet, std::uint32_t timestamp,
                                          const std::shared_ptr<const void>& owner);

  TrackId id_;
  [[nodiscard]] bool is_configured(flv::Codec codec) const {
    return configured_ && format_->codec == codec;
  }

  std::optional<Format> format_;
  bool configured_ = false;  // the last configuration could be read: frames may come
  unsigned version_ = 0;
  bool supported_ = true;
  Bytes scratch_;
};

}  // namespace so::fmp4
