#include "rtmp/digest.h"

#include <doctest/doctest.h>

#include "base/writer.h"
#include "support/hex.h"

using namespace so;
using namespace so::rtmp;
using test::to_hex;

namespace {

// A block whose byte i is i * step + first, under a time and a version: easy to make anywhere.
Bytes pattern(std::size_t step, std::size_t first) {
  Bytes block;
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    block.push_back(static_cast<std::uint8_t>(i * step + first));
  }
  return block;
}
Bytes first_block(std::size_t step, std::uint32_t time, std::uint32_t version) {
  Bytes block = pattern(step, 3);
  Writer out{block};
  out.patch_u32(0, time);
  out.patch_u32(4, version);
  return block;
}
Block as_block(Bytes& bytes) {
  return Block{bytes.data(), kBlockBytes};
}

struct Vector {
  Signer signer;
  Layout layout;
  std::size_t step;
  std::size_t offset;
  const char* digest;
  std::size_t answer_step;  // of the block that the other side answers with
  std::size_t answer_first;
  const char* answer;
};

constexpr auto kVectors = std::to_array<Vector>({
    {Signer::kClient, Layout::kLow, 7, 290,
     "0b441119ef46c4660e578ac88d3bf4c2d8901ff9a39c94bb92cb345f63928860", 11, 5,
     "864200d1267ff26773553ead227e69c2175dcf9f170c0a9c355cc6dbf2883d8a"},
    {Signer::kClient, Layout::kHigh, 7, 942,
     "8e211aefe949d44221d8905aa6154973bcab5ecb43dc582f65b1de1c2f94e4d5", 11, 5,
     "e3ea5f6b031477d11a2f4ac65d84d954e357819e62e6c71be498b0c43783c3c4"},
    {Signer::kServer, Layout::kLow, 13, 518,
     "0561668008c0a648d593f0aa70b091531c65dea34388fa15ebac3f2dc43c952a", 17, 9,
     "fa113409d33ba84d116e9d8a64f8dc1e900b48053cc17111dc143222b3e8e62f"},
});

Bytes signed_block(const Vector& v) {
  const bool client = v.signer == Signer::kClient;
  Bytes block = first_block(v.step, client ? 0 : 1000, client ? 0x80000702 : 0x04050001);
  sign(as_block(block), v.layout, v.signer);
  return block;
}

}  // namespace

TEST_CASE("a signed block carries its digest where the offset bytes say") {
  for (const Vector& v : kVectors) {
    const Bytes block = signed_block(v);
    CHECK(digest_offset(BlockView{block.data(), kBlockBytes}, v.layout) == v.offset);
    CHECK(to_hex(ByteView{block}.subspan(v.offset, kDigestBytes)) == v.digest);
  }
}

TEST_CASE("a digest is found in either layout, under its signer's key only") {
  for (const Vector& v : kVectors) {
    Bytes block = signed_block(v);
    const auto found = find_digest(as_block(block), v.signer);
    REQUIRE(found);
    CHECK(found->layout == v.layout);
    CHECK(to_hex(found->digest) == v.digest);
    const Signer other = v.signer == Signer::kClient ? Signer::kServer : Signer::kClient;
    CHECK_FALSE(find_digest(as_block(block), other));
    block.back() ^= 1U;
    CHECK_FALSE(find_digest(as_block(block), v.signer));
  }
}

TEST_CASE("the answer is signed with the digest of the peer's block") {
  for (const Vector& v : kVectors) {
    Bytes block = signed_block(v);
    const auto found = find_digest(as_block(block), v.signer);
    REQUIRE(found);
    Bytes answer = pattern(v.answer_step, v.answer_first);
    sign_answer(as_block(answer), found->digest,
                v.signer == Signer::kClient ? Signer::kServer : Signer::kClient);
    CHECK(to_hex(ByteView{answer}.last(kDigestBytes)) == v.answer);
  }
}
