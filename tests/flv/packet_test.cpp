#include "flv/packet.h"

#include <doctest/doctest.h>

#include "support/hex.h"

using namespace so;
using flv::Codec;
using flv::Multitrack;
using flv::Packet;
using flv::TagType;
using test::from_hex;

namespace {

/// One line that says all of a packet, for tables.
std::string say(const Result<Packet>& packet) {
  if (!packet) return packet.error().text;
  constexpr std::array kTypes{"start",        "frame",   "end",     "metadata",
                              "multichannel", "mpeg2ts", "command", "nothing"};
  std::string text = kTypes.at(static_cast<std::size_t>(packet->type));
  if (packet->codec != Codec{}) text += " " + flv::name(packet->codec);
  if (packet->is_key_frame()) text += " key";
  if (packet->composition_ms != 0) text += " cts=" + std::to_string(packet->composition_ms);
  if (packet->presentation_nanos != 0) text += " ns=" + std::to_string(packet->presentation_nanos);
  if (packet->track != 0) text += " track=" + std::to_string(packet->track);
  if (packet->multitrack != Multitrack::kOneTrack) text += " multitrack";
  return text + " [" + test::to_hex(packet->payload) + "]";
}

struct Case {
  const char* bytes;
  const char* means;
};

const std::vector<Case> video_cases{
    // legacy
    {"17 00 000000 0142", "start H.264 [0142]"},
    {"17 01 000042 aabb", "frame H.264 key cts=66 [aabb]"},
    {"27 01 ffffff aa", "frame H.264 cts=-1 [aa]"},
    {"47 01 000000 aa", "frame H.264 key [aa]"},
    {"17 02 000000", "end H.264 []"},
    {"1c 00 000000 01", "start HEVC [01]"},
    {"1d 01 000000 12", "frame AV1 key [12]"},
    {"12 8421", "frame legacy video codec 2 key [8421]"},
    {"24 00", "frame legacy video codec 4 [00]"},
    {"57 00", "command H.264 [00]"},
    // bodies without payload
    {"", "nothing []"},
    {"17", "nothing H.264 []"},
    {"27 01 000000", "nothing H.264 []"},
    // enhanced, as ffmpeg 9, OBS 32 and GStreamer 1.28 send them
    {"90 68766331 0101", "start HEVC [0101]"},
    {"91 68766331 000021 aa", "frame HEVC key cts=33 [aa]"},
    {"a3 68766331 aa", "frame HEVC [aa]"},
    {"91 61763031 0a0e", "frame AV1 key [0a0e]"},
    {"a1 76703039 82", "frame VP9 [82]"},
    {"92 61763031", "end AV1 []"},
    {"d4 68766331 020009", "metadata HEVC [020009]"},
    {"84 61763031 020009", "metadata AV1 [020009]"},
    {"95 61763031 80", "mpeg2ts AV1 [80]"},
    {"90 61766331 01", "start H.264 [01]"},
    {"91 64766831 aa", "frame FourCC 0x64766831 key [aa]"},
    {"d1 00", "command [00]"},
    // several tracks
    {"96 00 61766331 01 42", "start H.264 track=1 [42]"},
    {"96 03 61766331 00 aa", "frame H.264 key [aa]"},
    {"a6 01 68766331 02 000010 aa", "frame HEVC cts=16 track=2 [aa]"},
    {"96 11 61766331 00000001 aa", "frame H.264 key multitrack [00000001aa]"},
    {"96 21 61766331 00000001 aa", "frame key multitrack [6176633100000001aa]"},
    // ModEx: nanoseconds, an unknown one, a long one, two in a row
    {"97 02 07a120 03 61766331 aa", "frame H.264 key ns=500000 [aa]"},
    {"97 00 ff 53 61766331 aa", "frame H.264 key [aa]"},
    {"97 02 000001 07 00 ff 53 61766331 aa", "frame H.264 key ns=1 [aa]"},
    // cut off, or reserved
    {"17 01 0000", "reading video header: cut off or reserved value"},
    {"17 03 000000 aa", "reading video header: cut off or reserved value"},
    {"91 617663", "reading video header: cut off or reserved value"},
    {"91 61766331 0000", "reading video header: cut off or reserved value"},
    {"98 61766331", "reading video header: cut off or reserved value"},
    {"96 06 61766331", "reading video header: cut off or reserved value"},
    {"96 30 61766331 00", "reading video header: cut off or reserved value"},
    {"96 00 61766331", "reading video header: cut off or reserved value"},
    {"97 02 0f4240 03 61766331 aa", "reading video header: cut off or reserved value"},
    {"97 ff ffff aa", "reading video header: cut off or reserved value"},
};

const std::vector<Case> audio_cases{
    {"af 00 1190", "start AAC [1190]"},
    {"af 01 2110", "frame AAC [2110]"},
    {"2f fffb", "frame MP3 [fffb]"},
    {"e2 fffb", "frame MP3 [fffb]"},
    {"72 d5", "frame legacy audio codec 7 [d5]"},
    {"", "nothing []"},
    {"af", "nothing AAC []"},
    {"af 01", "nothing AAC []"},
    {"90 4f707573 4f707573", "start Opus [4f707573]"},
    {"91 4f707573 fc", "frame Opus [fc]"},
    {"90 65632d33", "start E-AC-3 []"},
    {"94 4f707573 010100000004", "multichannel Opus [010100000004]"},
    {"90 664c6143 0400", "start FLAC [0400]"},
    {"91 2e6d7033 fffb", "frame MP3 [fffb]"},
    {"95 00 6d703461 01 1190", "start AAC track=1 [1190]"},
    {"95 01 6d703461 00 21", "frame AAC [21]"},
    {"95 11 6d703461 00 000001 21", "frame AAC multitrack [0000000121]"},
    {"97 02 000001 01 4f707573 fc", "frame Opus ns=1 [fc]"},
    {"af 02 00", "reading audio header: cut off or reserved value"},
    {"93 4f707573 fc", "reading audio header: cut off or reserved value"},
    {"91 4f70", "reading audio header: cut off or reserved value"},
};

}  // namespace

TEST_CASE("flv: video headers, legacy and enhanced, say what is in the body") {
  for (const Case& c : video_cases)
    CHECK_MESSAGE(say(flv::read_video(from_hex(c.bytes))) == c.means, c.bytes);
}

TEST_CASE("flv: audio headers, legacy and enhanced, say what is in the body") {
  for (const Case& c : audio_cases)
    CHECK_MESSAGE(say(flv::read_audio(from_hex(c.bytes))) == c.means, c.bytes);
}

TEST_CASE("flv: what a late joiner needs is recognised by packet type, not by frame type") {
  CHECK(flv::read_video(from_hex("17 00 000000 01"))->is_sequence_header());
  CHECK_FALSE(flv::read_video(from_hex("17 00 000000 01"))->is_key_frame());
  CHECK(flv::read_video(from_hex("80 61766331 01"))->is_sequence_header());
  CHECK(flv::read_video(from_hex("93 61766331 01"))->is_key_frame());
  CHECK_FALSE(flv::read_video(from_hex("a3 61766331 01"))->is_key_frame());
  CHECK(flv::read_packet({TagType::kAudio, 0, from_hex("af 00 1190")})->is_sequence_header());
}
