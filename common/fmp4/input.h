#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "base/shared_view.h"
#include "flv/packet.h"
#include "fmp4/track.h"

namespace so::fmp4 {

/// One access unit as the publisher sent it, fit to become a sample.
struct Frame {
  TrackId track{};
  std::uint32_t timestamp = 0;   // the publisher's, ms
  std::int32_t composition = 0;  // ms
  bool sync = false;
  SharedView payload{};
};

/// Turns the packets of one kind into frames, and remembers the newest configuration. An error is
/// about one packet: a codec that fMP4 cannot carry yet, or damage. The next packet may be read.
class Input {
 public:
  explicit Input(TrackId id) : id_(id) {}

  /// nullopt: a header, a keep-alive, another track, or a frame before its header. `owner`: of the
  /// packet's payload, which is not copied unless something in it has to go.
  Result<std::optional<Frame>> read(const flv::Packet& packet, std::uint32_t timestamp,
                                    const std::shared_ptr<const void>& owner);

  [[nodiscard]] const std::optional<Track>& track() const { return track_; }
  /// Rises with every other configuration; 0: none came yet.
  [[nodiscard]] unsigned version() const { return version_; }
  [[nodiscard]] unsigned changes() const { return version_ == 0 ? 0 : version_ - 1; }
  [[nodiscard]] bool is_supported() const { return supported_; }  // true while nothing was heard
  [[nodiscard]] std::uint32_t samples_per_frame() const { return samples_per_frame_; }  // audio

 private:
  Status configure(ByteView record);
  Result<std::optional<Frame>> read_frame(const flv::Packet& packet, std::uint32_t timestamp,
                                          const std::shared_ptr<const void>& owner);

  TrackId id_;
  std::optional<Track> track_;
  unsigned version_ = 0;
  bool supported_ = true;
  std::size_t length_bytes_ = 4;  // video
  std::uint32_t samples_per_frame_ = 1024;
  Bytes scratch_;
};

}  // namespace so::fmp4
