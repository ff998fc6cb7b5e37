#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace so::flv {

constexpr std::uint32_t four_cc(std::string_view name) {  // of four characters
  std::uint32_t value = 0;
  for (const char c : name) value = value << 8U | static_cast<std::uint8_t>(c);
  return value;
}

/// What a payload is encoded with, as the FourCC of Enhanced RTMP. The ids of the legacy headers
/// that have a FourCC are mapped to it; the rest are legacy_audio(id) and legacy_video(id). Any
/// other FourCC may occur too: whoever switches over codecs has a default.
enum class Codec : std::uint32_t {
  kAvc = four_cc("avc1"),
  kHevc = four_cc("hvc1"),
  kVvc = four_cc("vvc1"),
  kAv1 = four_cc("av01"),
  kVp8 = four_cc("vp08"),
  kVp9 = four_cc("vp09"),
  kAac = four_cc("mp4a"),
  kMp3 = four_cc(".mp3"),
  kOpus = four_cc("Opus"),
  kFlac = four_cc("fLaC"),
  kAc3 = four_cc("ac-3"),
  kEac3 = four_cc("ec-3"),
};

constexpr Codec legacy_audio(unsigned id) {
  return Codec{0x100U + id};
}
constexpr Codec legacy_video(unsigned id) {
  return Codec{0x200U + id};
}

/// For people: "H.264", "AV1", "legacy video codec 4", "FourCC 0x64766831".
std::string name(Codec codec);

}  // namespace so::flv
