#include "fmp4/init_segment.h"

#include <algorithm>

#include "fmp4/box_writer.h"

namespace so::fmp4 {
namespace {

// ftyp
// moov  mvhd  trak*  mvex
//             trak  tkhd  mdia
//                         mdia  mdhd hdlr minf
//                                         minf  vmhd|smhd  dinf  stbl
//                                                                stbl  stsd  stts stsc stsz stco
//                                                                (all empty)

constexpr std::uint32_t kMovieTimescale = 1000;  // nothing is counted in it
constexpr std::uint16_t kUndetermined = 0x55C4;  // language "und"

bool is_video(const Track& track) {
  return track.id == TrackId::kVideo;
}

void write_matrix(Writer& out) {  // the identity: 16.16, and 2.30 in the last column
  constexpr std::uint32_t kOne = 0x00010000;
  for (const std::uint32_t value : {kOne, 0U, 0U, 0U, kOne, 0U, 0U, 0U, 0x40000000U})
    out.u32(value);
}

void write_ftyp(Writer& out) {
  box(out, "ftyp", [&] {
    out.text("iso5");
    out.u32(0x200);
    out.text("iso5iso6mp41");
  });
}

// created:32 modified:32 timescale:32 duration:32 rate:16.16 volume:8.8 0:16 0:64 matrix 0:192 next
// id:32
void write_mvhd(Writer& out, std::uint32_t next_track) {
  box(out, "mvhd", Full{}, [&] {
    out.zeros(8);
    out.u32(kMovieTimescale);
    out.u32(0);
    out.u32(0x00010000);
    out.u16(0x0100);
    out.zeros(10);
    write_matrix(out);
    out.zeros(24);
    out.u32(next_track);
  });
}

// created:32 modified:32 id:32 0:32 duration:32 0:64 layer:16 group:16 volume:8.8 0:16 matrix
// width:16.16 height:16.16
void write_tkhd(Writer& out, const Track& track) {
  constexpr std::uint32_t kEnabledInMovie = 3;
  box(out, "tkhd", Full{.flags = kEnabledInMovie}, [&] {
    out.zeros(8);
    out.u32(static_cast<std::uint32_t>(track.id));
    out.zeros(18);
    out.u16(is_video(track) ? 0 : 1);
    out.u16(is_video(track) ? 0 : 0x0100);
    out.u16(0);
    write_matrix(out);
    out.u32(track.width << 16U);
    out.u32(track.height << 16U);
  });
}

// created:32 modified:32 timescale:32 duration:32 language:16 0:16
void write_mdhd(Writer& out, const Track& track) {
  box(out, "mdhd", Full{}, [&] {
    out.zeros(8);
    out.u32(track.timescale);
    out.u32(0);
    out.u16(kUndetermined);
    out.u16(0);
  });
}

// 0:32 handler:32 0:96 name, 0-terminated
void write_hdlr(Writer& out, const Track& track) {
  box(out, "hdlr", Full{}, [&] {
    out.u32(0);
    out.text(is_video(track) ? "vide" : "soun");
    out.zeros(12);
    out.text(is_video(track) ? "video" : "audio");
    out.u8(0);
  });
}

void write_media_header(Writer& out, const Track& track) {
  if (is_video(track)) {
    box(out, "vmhd", Full{.flags = 1}, [&] { out.zeros(8); });  // copy mode, no colour
  } else {
    box(out, "smhd", Full{}, [&] { out.zeros(4); });  // balance
  }
}

void write_dinf(Writer& out) {
  constexpr std::uint32_t kSameFile = 1;
  box(out, "dinf", [&] {
    box(out, "dref", Full{}, [&] {
      out.u32(1);
      box(out, "url ", Full{.flags = kSameFile}, [] {});
    });
  });
}

// 0:128 width:16 height:16 72 dpi:16.16 72 dpi:16.16 0:32 frames:16=1 compressor name:256 depth:16
// -1:16
void write_visual_fields(Writer& out, const Track& track) {
  out.zeros(16);
  out.u16(static_cast<std::uint16_t>(track.width));
  out.u16(static_cast<std::uint16_t>(track.height));
  out.u32(0x00480000);
  out.u32(0x00480000);
  out.u32(0);
  out.u16(1);
  out.zeros(32);
  out.u16(0x0018);
  out.u16(0xFFFF);
}

// 0:64 channels:16 sample bits:16 0:32 rate:16.16, or 0 when it does not fit
void write_audio_fields(Writer& out, const Track& track) {
  out.zeros(8);
  out.u16(track.channels);
  out.u16(track.bits);
  out.u32(0);
  out.u32(track.timescale < 0x10000 ? track.timescale << 16U : 0);
}

// type:32 as a box: 0:48 data reference:16=1, the fields of the kind, the codec's own box
void write_sample_entry(Writer& out, const Track& track) {
  const std::size_t start = out.at();
  out.u32(0);
  out.u32(track.entry);
  out.zeros(6);
  out.u16(1);
  if (is_video(track)) {
    write_visual_fields(out, track);
  } else {
    write_audio_fields(out, track);
  }
  out.bytes(track.config);
  out.patch_u32(start, static_cast<std::uint32_t>(out.at() - start));
}

void write_stbl(Writer& out, const Track& track) {
  box(out, "stbl", [&] {
    box(out, "stsd", Full{}, [&] {
      out.u32(1);
      write_sample_entry(out, track);
    });
    box(out, "stts", Full{}, [&] { out.u32(0); });
    box(out, "stsc", Full{}, [&] { out.u32(0); });
    box(out, "stsz", Full{}, [&] { out.zeros(8); });
    box(out, "stco", Full{}, [&] { out.u32(0); });
  });
}

void write_trak(Writer& out, const Track& track) {
  box(out, "trak", [&] {
    write_tkhd(out, track);
    box(out, "mdia", [&] {
      write_mdhd(out, track);
      write_hdlr(out, track);
      box(out, "minf", [&] {
        write_media_header(out, track);
        write_dinf(out);
        write_stbl(out, track);
      });
    });
  });
}

// track:32 sample description:32=1 duration:32 size:32 flags:32, all in the fragments
void write_trex(Writer& out, const Track& track) {
  box(out, "trex", Full{}, [&] {
    out.u32(static_cast<std::uint32_t>(track.id));
    out.u32(1);
    out.zeros(12);
  });
}

}  // namespace

Bytes init_segment(std::span<const Track> tracks) {
  std::uint32_t next_track = 1;
  for (const Track& t : tracks)
    next_track = std::max(next_track, static_cast<std::uint32_t>(t.id) + 1);
  Bytes bytes;
  Writer out{bytes};
  write_ftyp(out);
  box(out, "moov", [&] {
    write_mvhd(out, next_track);
    for (const Track& track : tracks) write_trak(out, track);
    box(out, "mvex", [&] {
      for (const Track& track : tracks) write_trex(out, track);
    });
  });
  return bytes;
}

}  // namespace so::fmp4
