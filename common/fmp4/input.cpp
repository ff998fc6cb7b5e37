#include "fmp4/input.h"

#include <utility>

#include <fmt/format.h>

namespace so::fmp4 {
namespace {

// Of several tracks of a kind the first is shown; a browser has no use for the others.
bool concerns_us(const flv::Packet& packet) {
  const bool media =
      packet.type == flv::PacketType::kSequenceStart || packet.type == flv::PacketType::kFrames;
  const bool extra = packet.multitrack == flv::Multitrack::kOneTrack && packet.track != 0;
  return media && !extra;
}

Status check_codec(const flv::Packet& packet, TrackId id) {
  if (packet.multitrack != flv::Multitrack::kOneTrack) {
    return fail(Code::kPeer, "several tracks in a packet are not supported for fMP4 yet");
  }
  if (!can_carry(packet.codec, id)) {
    return fail(Code::kPeer, fmt::format("{} is not supported for fMP4", flv::name(packet.codec)));
  }
  return {};
}

tl::unexpected<Error> unconfigured(flv::Codec codec) {
  return fail(Code::kPeer,
              fmt::format("{} frames come before their configuration", flv::name(codec)));
}

}  // namespace

Result<std::optional<Frame>> Input::read(const flv::Packet& packet, std::uint32_t timestamp,
                                         const std::shared_ptr<const void>& owner) {
  if (!concerns_us(packet)) return std::nullopt;
  const auto known = check_codec(packet, id_);
  supported_ = known.has_value();
  if (!known) return fail(known.error());
  if (!packet.is_sequence_header()) {
    return id_ == TrackId::kVideo ? read_video(packet, timestamp, owner)
                                  : read_audio(packet, timestamp, owner);
  }
  if (describes_itself(packet.codec)) return std::nullopt;
  if (auto done = configure(packet.codec, packet.payload); !done) return fail(done.error());
  return std::nullopt;
}

Status Input::configure(flv::Codec codec, ByteView record) {
  auto format = read_format(codec, record);
  if (!format) {
    if (id_ == TrackId::kVideo || !is_configured(codec)) configured_ = false;
    return fail(format.error());
  }
  if (format_ && format_->codec == codec && format->track.width == 0) {
    format->track.width = format_->track.width;
    format->track.height = format_->track.height;
  }
  if (!format_ || format_->track != format->track) ++version_;  // many encoders repeat it
  format_ = std::move(*format);
  configured_ = true;
  return {};
}

// VP9 says it in key frames only.
void Input::resize(std::uint32_t width, std::uint32_t height) {
  Track& track = format_->track;
  if (width == 0 || (track.width == width && track.height == height)) return;
  if (track.width != 0) ++version_;
  track.width = width;
  track.height = height;
}

Result<std::optional<Frame>> Input::read_video(const flv::Packet& packet, std::uint32_t timestamp,
                                               const std::shared_ptr<const void>& owner) {
  if (!is_configured(packet.codec)) return unconfigured(packet.codec);
  const auto picture = read_picture(*format_, packet.payload, scratch_);
  if (!picture) return fail(picture.error());
  if (!picture->shows) return std::nullopt;
  resize(picture->width, picture->height);
  const bool cleaned = !scratch_.empty() && picture->bytes.data() == scratch_.data();
  SharedView payload =
      cleaned ? share(to_bytes(picture->bytes)) : SharedView{owner, picture->bytes};
  return Frame{.track = id_,
               .timestamp = timestamp,
               .composition = packet.composition_ms,
               .sync = picture->sync,
               .payload = std::move(payload)};
}

Result<std::optional<Frame>> Input::read_audio(const flv::Packet& packet, std::uint32_t timestamp,
                                               const std::shared_ptr<const void>& owner) {
  if (describes_itself(packet.codec)) {
    if (auto done = configure(packet.codec, packet.payload); !done) return fail(done.error());
  }
  if (!is_configured(packet.codec)) return unconfigured(packet.codec);
  ByteView payload = packet.payload;
  if (packet.codec == flv::Codec::kAac) payload = flv::without_adts(payload);
  const std::uint32_t samples = read_samples(*format_, payload);
  if (samples == 0) {
    return fail(Code::kPeer, fmt::format("a damaged {} frame", flv::name(packet.codec)));
  }
  return Frame{.track = id_,
               .timestamp = timestamp,
               .sync = true,
               .samples = samples,
               .payload = {owner, payload}};
}

}  // namespace so::fmp4
