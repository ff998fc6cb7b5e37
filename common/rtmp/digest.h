#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace so::rtmp {

// The keyed handshake that Flash Player asked for before it would decode H.264. It proves nothing
// (the keys are public); peers that send it are answered in kind. In a block of 1536 bytes, C1 or
// S1, a digest hides behind a sum of four offset bytes:
//
//   time:32 version:32 | low half, 764 bytes | high half, 764 bytes
//
//   layout   offset bytes   digest at
//   kLow     8..11          sum mod 728 + 12
//   kHigh    772..775       sum mod 728 + 776

constexpr std::size_t kBlockBytes = 1536;  // C1, C2, S1, S2
constexpr std::size_t kDigestBytes = 32;   // HMAC-SHA256

using Digest = std::array<std::uint8_t, kDigestBytes>;
using Block = std::span<std::uint8_t, kBlockBytes>;
using BlockView = std::span<const std::uint8_t, kBlockBytes>;

enum class Layout { kLow, kHigh };
enum class Signer { kClient, kServer };  // whose key

struct FoundDigest {
  Layout layout;
  Digest digest;
};

Digest hmac_sha256(ByteView key, ByteView data);

/// Where the digest of this block is, or goes.
std::size_t digest_offset(BlockView block, Layout layout);

/// Writes the signer's digest of all the other bytes into the block, and returns it.
Digest sign(Block block, Layout layout, Signer signer);

/// The digest the signer has put into C1 or S1; nullopt when there is none, as in a simple block.
std::optional<FoundDigest> find_digest(BlockView block, Signer signer);

/// Ends C2 or S2 with the signer's answer to the digest of the peer's first block.
void sign_answer(Block block, const Digest& peer, Signer signer);

}  // namespace so::rtmp
