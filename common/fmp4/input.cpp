#include "fmp4/input.h"

#include <utility>

#include <fmt/format.h>

#include "flv/nal_units.h"

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
  if (packet.codec != (id == TrackId::kVideo ? flv::Codec::kAvc : flv::Codec::kAac)) {
    return fail(Code::kPeer,
                fmt::format("{} is not supported for fMP4 yet", flv::name(packet.codec)));
  }
  return {};
}

}  // namespace

Result<std::optional<Frame>> Input::read(const flv::Packet& packet, std::uint32_t timestamp,
                                         const std::shared_ptr<const void>& owner) {
  if (!concerns_us(packet)) return std::nullopt;
  const auto known = check_codec(packet, id_);
  supported_ = known.has_value();
  if (!known) return fail(known.error());
  if (!packet.is_sequence_header()) return read_frame(packet, timestamp, owner);
  if (auto configured = configure(packet.payload); !configured) return fail(configured.error());
  return std::nullopt;
}

Status Input::configure(ByteView record) {
  Track track;
  if (id_ == TrackId::kVideo) {
    const auto config = flv::AvcConfig::decode(record);
    if (!config) return fail(config.error());
    track = video_track(*config);
    length_bytes_ = config->length_bytes;
  } else {
    const auto config = flv::AacConfig::decode(record);
    if (!config) return fail(config.error());
    track = audio_track(*config);
    samples_per_frame_ = config->samples_per_frame;
  }
  if (track_ == track) return {};  // many encoders repeat it
  ++version_;
  track_ = std::move(track);
  return {};
}

Result<std::optional<Frame>> Input::read_frame(const flv::Packet& packet, std::uint32_t timestamp,
                                               const std::shared_ptr<const void>& owner) {
  if (!track_) return std::nullopt;
  if (id_ == TrackId::kAudio) {
    return Frame{id_, timestamp, 0, true, {owner, flv::without_adts(packet.payload)}};
  }
  const auto unit = flv::read_access_unit(packet.payload, length_bytes_, scratch_);
  if (!unit) return fail(unit.error());
  if (!unit->has_slice) return std::nullopt;
  const bool cleaned = !scratch_.empty() && unit->bytes.data() == scratch_.data();
  SharedView payload = cleaned ? share(to_bytes(unit->bytes)) : SharedView{owner, unit->bytes};
  return Frame{id_, timestamp, packet.composition_ms, unit->has_idr, std::move(payload)};
}

}  // namespace so::fmp4
