// Configurations of codecs: what is canonical is read again as the same, and no track has a side or
// a rate of nothing. The first byte chooses the codec.
#include <array>
#include <cstdlib>

#include "fmp4/format.h"

using namespace so;
using flv::Codec;

namespace {

constexpr std::array kCodecs{Codec::kAvc,  Codec::kHevc, Codec::kAv1, Codec::kVp9, Codec::kAac,
                             Codec::kOpus, Codec::kFlac, Codec::kMp3, Codec::kAc3, Codec::kEac3};

void require(bool condition) {
  if (!condition) std::abort();
}

template <class Config>
void again(const Config& config, ByteView record) {
  const auto twice = Config::decode(record);
  require(twice.has_value());
  if constexpr (requires { config.encode(); }) {
    require(twice->encode() == to_bytes(record));
  } else {
    require(twice->record == to_bytes(record));
  }
}

void read_again(Codec codec, ByteView record) {
  if (codec == Codec::kHevc) {
    if (const auto c = flv::HevcConfig::decode(record)) again(*c, c->encode());
  } else if (codec == Codec::kAv1) {
    if (const auto c = flv::Av1Config::decode(record)) again(*c, c->record);
  } else if (codec == Codec::kVp9) {
    if (const auto c = flv::Vp9Config::decode(record)) again(*c, c->record);
  } else if (codec == Codec::kFlac) {
    if (const auto c = flv::FlacConfig::decode(record)) again(*c, c->record);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Codec codec = kCodecs.at(data[0] % kCodecs.size());
  const ByteView record{data + 1, size - 1};
  read_again(codec, record);
  const auto format = fmp4::read_format(codec, record);
  if (!format) return 0;
  const fmp4::Track& track = format->track;
  require(track.timescale > 0 && !track.codec.empty());
  if (track.id == fmp4::TrackId::kVideo) {
    Bytes scratch;
    require(codec == Codec::kVp9 || (track.width > 0 && track.height > 0));
    if (const auto picture = fmp4::read_picture(*format, record, scratch)) {
      require(picture->bytes.size() <= record.size());
    }
  } else {
    require(track.channels > 0);
    require(fmp4::read_samples(*format, record) <= 65536);
  }
  return 0;
}
