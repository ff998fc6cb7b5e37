#include "arrivals.h"

#include <algorithm>

#include <fmt/format.h>

#include "fmp4/format.h"

namespace so::fmp4serve {

void Arrivals::add(const flv::Tag& tag) {
  if (tag.type == flv::TagType::kScript) return;
  Kind& kind = kinds_.at(tag.type == flv::TagType::kVideo ? 0 : 1);
  ++kind.packets;
  const auto packet = flv::read_packet(tag);
  if (!packet) {
    ++kind.broken;
  } else if (packet->multitrack == flv::Multitrack::kOneTrack && packet->track != 0) {
    ++kind.others;
  } else if (packet->is_sequence_header()) {
    kind.configured = true;
    kind.codec = packet->codec;
  } else if (packet->type == flv::PacketType::kFrames) {
    ++kind.frames;
    if (packet->is_key_frame()) ++kind.keys;
    kind.codec = packet->codec;
  }
}

bool Arrivals::any() const {
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [](const Kind& kind) { return kind.packets > 0; });
}

std::string Arrivals::text() const {
  return fmt::format("video: {}; audio: {}", words(kinds_[0], true), words(kinds_[1], false));
}

// The first thing that is missing.
std::string Arrivals::words(const Kind& kind, bool video) {
  if (kind.packets == 0) return "nothing has come";
  std::string text = fmt::format("{} packets", kind.packets);
  if (kind.codec) text += fmt::format(" of {}", flv::name(*kind.codec));
  if (kind.broken == kind.packets) return text + ", none of which can be read";
  if (!kind.codec && kind.others > 0) return text + ", all of other tracks than the first";
  if (!kind.codec) return text + " without media";
  if (!kind.configured && !fmp4::describes_itself(*kind.codec)) {
    return text + ", without the configuration that belongs before them";
  }
  if (kind.frames == 0) return text + ", without a frame";
  if (video && kind.keys == 0) return text + ", without a key frame";
  return text + ", which wait for the other track, or cannot be shown";
}

}  // namespace so::fmp4serve
