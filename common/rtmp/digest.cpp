#include "rtmp/digest.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include <mbedtls/md.h>

namespace so::rtmp {
namespace {

constexpr std::string_view kClientText = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerText = "Genuine Adobe Flash Media Server 001";

// Follows the text in the key of the second block.
constexpr std::array<std::uint8_t, 32> kTail{
    0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0, 0xD1, 0x02, 0x9E, 0x7E, 0x57,
    0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80, 0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE};

constexpr std::size_t kOffsets = 728;  // 764 bytes, less four offset bytes and the digest

std::string_view text_of(Signer signer) {
  return signer == Signer::kClient ? kClientText : kServerText;
}

Bytes answer_key(Signer signer) {
  Bytes key = to_bytes(as_bytes(text_of(signer)));
  key.insert(key.end(), kTail.begin(), kTail.end());
  return key;
}

Digest digest_around(BlockView block, std::size_t offset, Signer signer) {
  const ByteView before = block.first(offset);
  const ByteView after = block.subspan(offset + kDigestBytes);
  Bytes others = to_bytes(before);
  others.insert(others.end(), after.begin(), after.end());
  return hmac_sha256(as_bytes(text_of(signer)), others);
}

}  // namespace

Digest hmac_sha256(ByteView key, ByteView data) {
  Digest digest{};
  const mbedtls_md_info_t* sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  [[maybe_unused]] const int failed =
      mbedtls_md_hmac(sha256, key.data(), key.size(), data.data(), data.size(), digest.data());
  assert(failed == 0);  // only without memory, or when built without SHA-256
  return digest;
}

std::size_t digest_offset(BlockView block, Layout layout) {
  const std::size_t at = layout == Layout::kLow ? 8 : 772;
  std::size_t sum = 0;
  for (const std::uint8_t byte : block.subspan(at, 4)) sum += byte;
  return sum % kOffsets + at + 4;
}

Digest sign(Block block, Layout layout, Signer signer) {
  const std::size_t offset = digest_offset(block, layout);
  const Digest digest = digest_around(block, offset, signer);
  std::ranges::copy(digest, block.subspan(offset).begin());
  return digest;
}

std::optional<FoundDigest> find_digest(BlockView block, Signer signer) {
  for (const Layout layout : {Layout::kHigh, Layout::kLow}) {
    const std::size_t offset = digest_offset(block, layout);
    const Digest digest = digest_around(block, offset, signer);
    if (std::ranges::equal(digest, block.subspan(offset, kDigestBytes))) {
      return FoundDigest{layout, digest};
    }
  }
  return std::nullopt;
}

void sign_answer(Block block, const Digest& peer, Signer signer) {
  const Digest key = hmac_sha256(answer_key(signer), peer);
  const std::size_t signed_bytes = kBlockBytes - kDigestBytes;
  const Digest digest = hmac_sha256(key, block.first(signed_bytes));
  std::ranges::copy(digest, block.subspan(signed_bytes).begin());
}

}  // namespace so::rtmp
