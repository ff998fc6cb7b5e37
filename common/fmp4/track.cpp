#include "fmp4/track.h"

#include <algorithm>

#include <fmt/format.h>

namespace so::fmp4 {

std::string mime_type(std::span<const Track> tracks) {
  const bool video = std::any_of(tracks.begin(), tracks.end(),
                                 [](const Track& t) { return t.id == TrackId::kVideo; });
  std::string codecs;
  for (const Track& track : tracks) codecs += (codecs.empty() ? "" : ",") + track.codec;
  return fmt::format("{}/mp4; codecs=\"{}\"", video ? "video" : "audio", codecs);
}

}  // namespace so::fmp4
