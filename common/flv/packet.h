#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "flv/codec.h"
#include "flv/tag.h"

namespace so::flv {

enum class PacketType : std::uint8_t {
  kSequenceStart,  // payload: the codec's configuration record
  kFrames,         // payload: one access unit (legacy codecs without packet types: always this)
  kSequenceEnd,
  kMetadata,      // video: AMF0 "colorInfo", object
  kMultichannel,  // audio: speaker layout
  kMpeg2ts,       // AV1 video descriptor
  kCommand,       // seek begins or ends at the publisher; no media
  kNothing,       // a body without payload: keep-alive of some encoders
};

enum class FrameType : std::uint8_t {
  kNone = 0,  // audio
  kKey = 1,
  kInter = 2,
  kDisposable = 3,
  kGeneratedKey = 4,
  kCommand = 5,
};

enum class Multitrack : std::uint8_t { kOneTrack = 0, kManyTracks = 1, kManyTracksManyCodecs = 2 };

/// What the header of an audio or video tag body says, and what it leaves. Legacy headers
/// (FLV 10.1, E.4.2 and E.4.3) and those of Enhanced RTMP v2 come out the same; a wrapped track 0
/// and a track that is not wrapped are the same track.
struct Packet {
  TagType kind{};
  PacketType type = PacketType::kNothing;
  FrameType frame = FrameType::kNone;
  Codec codec{};
  std::uint8_t track = 0;
  Multitrack multitrack = Multitrack::kOneTrack;
  std::int32_t composition_ms = 0;       // presentation time - decode time
  std::uint32_t presentation_nanos = 0;  // to be added, below 1 ms
  /// Borrowed from the body. Of ManyTracks and ManyTracksManyCodecs: the list of tracks.
  ByteView payload{};

  /// What a late joiner needs before the first frame.
  [[nodiscard]] bool is_sequence_header() const { return type == PacketType::kSequenceStart; }
  /// Where a late joiner may start, as the publisher says. Only the payload knows better.
  [[nodiscard]] bool is_key_frame() const {
    return type == PacketType::kFrames &&
           (frame == FrameType::kKey || frame == FrameType::kGeneratedKey);
  }
};

/// An error is a body that ends inside its header, or that uses a reserved value there.
Result<Packet> read_video(ByteView body);
Result<Packet> read_audio(ByteView body);
Result<Packet> read_packet(const Tag& tag);  // audio or video, not script

}  // namespace so::flv
