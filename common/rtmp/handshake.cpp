#include "rtmp/handshake.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/cursor.h"
#include "base/writer.h"

namespace so::rtmp {
namespace {

constexpr std::uint8_t kVersion = 3;

// The second field of C1 and S1. A player of FFmpeg takes a first byte of 3 or more for a promise
// of a digest and leaves when there is none, so the simple form must say zero.
constexpr std::uint32_t kSimpleVersion = 0;
constexpr std::uint32_t kClientVersion = 0x80000702;
constexpr std::uint32_t kServerVersion = 0x04050001;

std::string what_it_looks_like(std::uint8_t version) {
  if (version >= 32) return "looks like HTTP or text";  // the values RTMP leaves to ASCII protocols
  if (version == 22) return "looks like TLS";           // the record type of a ClientHello
  if (version == 6 || version == 8 || version == 9) return "is RTMPE, which is not supported";
  return "is unknown";
}

Status check_version(std::uint8_t version) {
  if (version == kVersion) return {};
  return fail(Code::kPeer, fmt::format("rtmp handshake: expected version 3, but version {} {}",
                                       version, what_it_looks_like(version)));
}

Block last_block(Bytes& out) {
  return Block{out.data() + out.size() - kBlockBytes, kBlockBytes};
}

void append_noise(Bytes& out, std::size_t n, std::uint64_t& state) {  // splitmix64
  for (Writer writer{out}; n > 0; n -= 8) {
    std::uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
    writer.u64(z ^ (z >> 31U));
  }
}

}  // namespace

void Handshake::start(Bytes& out) {
  if (role_ == Role::kServer) return;
  Writer{out}.u8(kVersion);
  if (form_ == HandshakeForm::kSimple) return append_block(out, kSimpleVersion);
  append_block(out, kClientVersion);
  sign(last_block(out), Layout::kLow, Signer::kClient);
}

Result<std::size_t> Handshake::advance(ByteView in, Bytes& out) {
  if (in.empty() || done()) return std::size_t{0};
  if (stage_ == Stage::kFirstBlock) {
    if (auto version = check_version(in.front()); !version) return fail(version.error());
    if (in.size() < 1 + kBlockBytes) return std::size_t{0};
    const BlockView block = in.subspan(1).first<kBlockBytes>();
    role_ == Role::kServer ? answer_client(block, out) : answer_server(block, out);
    stage_ = Stage::kSecondBlock;
    return 1 + kBlockBytes;
  }
  if (in.size() < kBlockBytes) return std::size_t{0};
  stage_ = Stage::kDone;
  return kBlockBytes;
}

void Handshake::answer_client(BlockView c1, Bytes& out) {
  Writer{out}.u8(kVersion);
  // Some clients fill the version without a digest; they get the simple form.
  const bool keyed = Cursor{c1.subspan(4)}.u32() != kSimpleVersion;
  const auto found = keyed ? find_digest(c1, Signer::kClient) : std::nullopt;
  if (!found) {
    append_block(out, kSimpleVersion);
    return Writer{out}.bytes(c1);
  }
  append_block(out, kServerVersion);
  sign(last_block(out), found->layout, Signer::kServer);
  append_answer(out, found->digest, Signer::kServer);
}

void Handshake::answer_server(BlockView s1, Bytes& out) {
  const auto found =
      form_ == HandshakeForm::kDigest ? find_digest(s1, Signer::kServer) : std::nullopt;
  if (!found) return Writer{out}.bytes(s1);
  append_answer(out, found->digest, Signer::kClient);
}

void Handshake::append_block(Bytes& out, std::uint32_t version) {
  Writer writer{out};
  writer.u32(0);  // time: any epoch will do, and nobody looks
  writer.u32(version);
  append_noise(out, kBlockBytes - 8, noise_);
}

void Handshake::append_answer(Bytes& out, const Digest& peer, Signer signer) {
  append_noise(out, kBlockBytes, noise_);
  sign_answer(last_block(out), peer, signer);
}

}  // namespace so::rtmp
