#include "play_wish.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace so::ingest {
namespace {

constexpr std::array<std::string_view, 4> kFormats{"flv:", "mp4:", "f4v:", "mp3:"};
constexpr std::string_view kFile = ".flv";
constexpr double kMostMillis = 4294967295.0;

// "live/flv:a/cam": clients cut where the format stands, or elsewhere.
bool take_format(std::string& path) {
  for (std::size_t at = 0; at != std::string::npos; at = path.find('/', at)) {
    if (path[at] == '/') ++at;
    const std::string_view segment = std::string_view{path}.substr(at);
    const auto* format = std::ranges::find_if(
        kFormats, [&](std::string_view each) { return segment.starts_with(each); });
    if (format == kFormats.end()) continue;
    path.erase(at, format->size());
    return true;
  }
  return false;
}

bool take_suffix(std::string& path) {
  const bool file = path.ends_with(kFile) && path.size() > kFile.size() &&
                    path[path.size() - kFile.size() - 1] != '/';
  if (file) path.resize(path.size() - kFile.size());
  return file;
}

}  // namespace

// Clients say -1 and -2 in seconds as the language has it, or as milliseconds.
PlayWish wish_of(const rtmp::PlayRequest& request) {
  PlayWish wish;
  std::string path = request.path.path;
  wish.recorded = take_format(path);
  wish.recorded |= take_suffix(path);
  wish.stream = "/" + path;
  wish.live = !wish.recorded && (request.start == -1 || request.start == -1000);
  if (request.start > 0) wish.range.start = place_in_recording(request.start);
  if (request.duration >= 0) wish.range.duration = place_in_recording(request.duration);
  return wish;
}

std::uint32_t place_in_recording(double ms) {
  if (!(ms > 0)) return 0;  // NaN compares with nothing
  return static_cast<std::uint32_t>(std::min(ms, kMostMillis));
}

}  // namespace so::ingest
