#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "rtmp/digest.h"

namespace so::rtmp {

enum class Role { kServer, kClient };

/// The form a client asks for; a server answers in the form it was asked in.
enum class HandshakeForm { kSimple, kDigest };

/// The three blocks each way before the first chunk (RTMP 1.0, 5.2), for either role:
///
///   C0 C1 ->                  C0, S0: version:8, always 3
///         <- S0 S1 S2         C1, S1: time:32 zero:32 random[1528], or the keyed form of digest.h
///   C2    ->                  C2, S2: the peer's C1 or S1 again, or noise and a signature
///
/// A server speaks only after all of C1, in one piece; neither side checks the peer's second block,
/// since peers in the field echo it wrongly.
class Handshake {
 public:
  /// The seed is spread over the random fields. Nothing is kept secret by them.
  Handshake(Role role, std::uint64_t seed, HandshakeForm form = HandshakeForm::kSimple)
      : role_(role), form_(form), noise_(seed) {}

  /// What is to be said before the peer has spoken: C0 and C1 of a client.
  void start(Bytes& out);

  /// Takes whole blocks from the front of `in`, appends the answer to `out`, and says how many
  /// bytes it took: 0 means feed me more. Chunks of the peer may follow in the same bytes.
  /// Fails on anything but version 3, with a guess at what the peer speaks instead.
  Result<std::size_t> advance(ByteView in, Bytes& out);

  [[nodiscard]] bool done() const { return stage_ == Stage::kDone; }

 private:
  enum class Stage { kFirstBlock, kSecondBlock, kDone };

  void append_block(Bytes& out, std::uint32_t version);
  void answer_client(BlockView c1, Bytes& out);
  void answer_server(BlockView s1, Bytes& out);
  void append_answer(Bytes& out, const Digest& peer, Signer signer);

  Role role_;
  HandshakeForm form_;
  Stage stage_ = Stage::kFirstBlock;
  std::uint64_t noise_;
};

}  // namespace so::rtmp
