// What is decoded from the body of a tag lies inside it, and doing it again changes nothing: a
// configuration encodes to one that means the same, a cleaned access unit is clean.
#include <algorithm>
#include <cstdlib>

#include "flv/aac_config.h"
#include "flv/avc_config.h"
#include "flv/nal_units.h"
#include "flv/packet.h"

using namespace so;

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void check_packet(const Result<flv::Packet>& packet, ByteView body) {
  if (!packet) return;
  const ByteView payload = packet->payload;
  require(payload.size() <= body.size());
  require(std::equal(payload.rbegin(), payload.rend(), body.rbegin()));
  require(!flv::name(packet->codec).empty());
  require(!(packet->is_key_frame() && packet->is_sequence_header()));
}

void check_avc(ByteView record) {
  const auto config = flv::AvcConfig::decode(record);
  if (!config) return;
  require(config->picture.width > 0 && config->picture.height > 0);
  const Bytes encoded = config->encode();
  const auto again = flv::AvcConfig::decode(encoded);
  require(again && again->encode() == encoded);
}

void check_aac(ByteView record) {
  const auto config = flv::AacConfig::decode(record);
  if (config) require(config->sample_rate > 0 && config->record.size() == record.size());
  require(flv::without_adts(record).size() <= record.size());
}

void check_units(ByteView payload, std::size_t length_bytes) {
  Bytes scratch;
  const auto unit = flv::read_access_unit(payload, length_bytes, scratch);
  if (!unit) return;
  require(unit->bytes.size() <= payload.size());
  Bytes unused;
  const auto again = flv::read_access_unit(unit->bytes, length_bytes, unused);
  require(again && again->has_idr == unit->has_idr && again->has_slice == unit->has_slice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView body{data, size};
  check_packet(flv::read_video(body), body);
  check_packet(flv::read_audio(body), body);
  check_avc(body);
  check_aac(body);
  for (const std::size_t length_bytes : {1U, 2U, 4U}) check_units(body, length_bytes);
  return 0;
}
