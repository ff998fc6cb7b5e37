#include "fmp4/still.h"

#include <algorithm>

#include "fmp4/init_segment.h"

namespace so::fmp4 {
namespace {

std::vector<Track> pictures(const InitSegment& init) {
  std::vector<Track> tracks = init.tracks;
  std::erase_if(tracks, [](const Track& track) { return track.id != TrackId::kVideo; });
  return tracks;
}

}  // namespace

Bytes still(const InitSegment& init, const Fragment& key) {
  Sample sample = key.sample;
  sample.sequence = 1;
  sample.dts = 0;
  sample.duration = std::max(sample.duration, 40U);  // in a burst it has next to none
  sample.composition = 0;
  Bytes bytes = init_segment(pictures(init));
  const Bytes fragment = to_bytes(Fragment{sample, fragment_header(sample), key.payload});
  bytes.insert(bytes.end(), fragment.begin(), fragment.end());
  return bytes;
}

std::string still_mime(const InitSegment& init) {
  return mime_type(pictures(init));
}

}  // namespace so::fmp4
