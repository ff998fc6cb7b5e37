#include "flv/codec.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace so::flv {
namespace {

struct Name {
  Codec codec;
  std::string_view text;
};
constexpr std::array kNames{
    Name{Codec::kAvc, "H.264"}, Name{Codec::kHevc, "HEVC"}, Name{Codec::kVvc, "VVC"},
    Name{Codec::kAv1, "AV1"},   Name{Codec::kVp8, "VP8"},   Name{Codec::kVp9, "VP9"},
    Name{Codec::kAac, "AAC"},   Name{Codec::kMp3, "MP3"},   Name{Codec::kOpus, "Opus"},
    Name{Codec::kFlac, "FLAC"}, Name{Codec::kAc3, "AC-3"},  Name{Codec::kEac3, "E-AC-3"},
};

}  // namespace

std::string name(Codec codec) {
  const auto* const known =
      std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.codec == codec; });
  if (known != kNames.end()) return std::string{known->text};
  const auto value = static_cast<std::uint32_t>(codec);
  if (value >= 0x100 && value < 0x200) return fmt::format("legacy audio codec {}", value - 0x100);
  if (value >= 0x200 && value < 0x300) return fmt::format("legacy video codec {}", value - 0x200);
  return fmt::format("FourCC {:#010x}", value);
}

}  // namespace so::flv
