#pragma once

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace so::test {

/// A recorded client (tests/data/README.md) and the numbers it must give.
struct Sample {
  std::string_view name;
  std::string_view messages;  // type:count
  std::string_view chunks;    // with format 0/1/2/3
  std::uint32_t chunk_size;   // at the end
  std::size_t longest;        // message
  std::uint64_t extended;     // chunks with an extended timestamp
  std::string_view last;      // media type:timestamp
};

constexpr auto kSamples = std::to_array<Sample>({
    // clang-format off
    {"ffmpeg51_h264_aac", "1:1 8:49 9:27 18:1 20:7", "7/76/2/2", 4096, 4226, 0, "8:1061 9:960"},
    {"ffmpeg9_av1_opus", "1:1 8:53 9:27 18:1 20:7", "8/72/0/10", 4096, 2601, 0, "8:1001 9:967"},
    {"ffmpeg9_exttimestamp", "1:1 8:49 9:27 18:1 20:7", "6/78/1/6", 4096, 8560, 3, "8:16800981 9:16800960"},
    {"ffmpeg9_h264_aac", "1:1 8:49 9:27 18:1 20:7", "7/77/1/2", 4096, 4212, 0, "8:1061 9:960"},
    {"ffmpeg9_h264_ac3", "1:1 8:34 9:27 18:1 20:7", "8/31/1/32", 4096, 4138, 0, "8:992 9:965"},
    {"ffmpeg9_h264_eac3", "1:1 8:34 9:27 18:1 20:7", "8/31/1/32", 4096, 4138, 0, "8:992 9:965"},
    {"ffmpeg9_h264_mp3", "1:1 8:43 9:27 18:1 20:7", "6/31/1/43", 4096, 4138, 0, "8:1008 9:983"},
    {"ffmpeg9_hevc_aac", "1:1 8:49 9:27 18:1 20:7", "8/76/1/1", 4096, 3787, 0, "8:1061 9:960"},
    {"ffmpeg9_multitrack", "1:1 8:102 9:54 18:1 20:7", "11/153/1/2", 4096, 4138, 0, "8:1074 9:1040"},
    {"ffmpeg9_opus51", "1:1 8:53 9:27 18:1 20:7", "8/74/0/9", 4096, 4138, 0, "8:1001 9:967"},
    {"ffmpeg9_vp9_flac", "1:1 8:52 9:27 18:1 20:7", "10/77/0/3", 4096, 5807, 0, "8:1000 9:960"},
    {"ffmpeg9_wrap31", "1:1 8:49 9:27 18:1 20:7", "8/76/1/4", 4096, 4325, 3, "8:533 9:512"},
    {"gst122_rtmp2sink", "1:1 5:1 8:42 9:27 18:1 20:7", "7/71/0/736", 128, 7647, 0, "8:929 9:967"},
    {"gst122_rtmpsink_librtmp", "8:42 9:27 18:1 20:7", "6/70/1/735", 128, 7647, 0, "8:929 9:966"},
    {"gst128_eflvmux_multitrack", "1:1 5:1 8:42 9:27 18:7 20:7", "7/72/6/757", 128, 7649, 0, "8:929 9:965"},
    {"gst128_eflvmux_nonmulti", "1:1 5:1 8:42 9:27 18:7 20:7", "7/72/6/755", 128, 7647, 0, "8:929 9:962"},
    {"gst128_rtmp2sink", "1:1 5:1 8:42 9:27 18:1 20:7", "7/72/0/737", 128, 7647, 0, "8:928 9:962"},
    {"nginx_rtmp_pull", "1:1 4:1 5:1 20:3", "6/0/0/0", 4096, 167, 0, ""},
    {"nginx_rtmp_push", "1:1 4:1 5:1 8:58 9:6 18:1 20:3", "9/62/0/9", 4096, 22412, 0, "8:1216 9:1181"},
    {"obs32_av1_2audio", "1:1 8:1101 9:352 18:1 20:5", "9/1451/0/0", 4096, 411, 0, "8:11711 9:11687"},
    {"obs32_h264_aac", "1:1 8:146 9:94 18:1 20:5", "7/188/52/0", 4096, 1583, 0, "8:3071 9:3087"},
    // clang-format on
});

inline Bytes load(const Sample& sample) {
  const std::string path = std::string{SO_TEST_DATA} + "/rtmp/" + std::string{sample.name} + ".bin";
  std::ifstream file{path, std::ios::binary};
  if (!file) std::abort();  // not a test that may be skipped
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace so::test
