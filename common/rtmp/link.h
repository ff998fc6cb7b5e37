#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/result.h"
#include "base/time.h"
#include "base/writer.h"
#include "rtmp/chunk_reader.h"
#include "rtmp/chunk_writer.h"
#include "rtmp/handshake.h"
#include "rtmp/message.h"

namespace so::rtmp {

struct LinkOptions {
  Millis handshake{10'000};          // from the connection to the last handshake block
  Millis ping_after{5'000};          // nothing heard for so long: a server asks
  Millis silence{60'000};            // nothing heard for so long: gone; zero: for ever
  std::uint32_t window = 2'500'000;  // announced; and how often we acknowledge unless told
  HandshakeForm form = HandshakeForm::kSimple;  // of a client
  ChunkLimits limits;
};

/// What both roles share: handshake, chunks, and the protocol control messages, which it obeys and
/// answers by itself. Messages in, messages out. What failed stays failed and takes and says
/// nothing more.
///
/// A peer is alive as long as bytes arrive: encoders exist that never answer a ping.
class Link {
 public:
  Link(Role role, const LinkOptions& options, std::uint64_t seed, TimePoint now);

  void receive(ByteView bytes, TimePoint now);
  /// Like receive(), without a copy: before the bytes go away, keep() copies what is not used yet.
  void lend(ByteView bytes, TimePoint now);
  void keep();
  /// The next message that is not protocol control; of user control all but pings. An aggregate
  /// comes as the messages inside. The body is borrowed until the next call or receive().
  Result<std::optional<RawMessage>> next();
  [[nodiscard]] std::size_t unread() const { return input_.size() - used_; }
  [[nodiscard]] bool established() const { return handshake_.done(); }
  [[nodiscard]] const ChunkCounts& counts() const { return reader_.counts(); }

  /// With a full header: others may write to the same chunk stream in between.
  void send(const MessageHeader& header, ByteView body);
  /// With a header as short as may be. The chunk stream is for these alone.
  void send_short(const MessageHeader& header, ByteView body);
  template <class Control>
  void send(const Control& message) {
    Bytes body;
    Writer out{body};
    message.encode(out);
    send({2, 0, Control::kType, 0}, body);
  }
  void set_chunk_size(std::uint32_t bytes);  // announces it too
  Bytes take_output();

  void set_limits(const ChunkLimits& limits) { reader_.set_limits(limits); }
  void set_silence(Millis silence) { silence_ = silence; }

  /// Fails unless settled() is called within this time of the last receive(). No pings meanwhile.
  void expect(std::string_view what, Millis within);
  void settled() { expected_.reset(); }
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void tick(TimePoint now);
  void ping(TimePoint now);
  [[nodiscard]] std::uint64_t received() const { return received_; }

  void fail(const Error& error);
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Expected {
    std::string what;
    Millis within;
    TimePoint until;
  };

  Result<std::optional<RawMessage>> read();
  Result<bool> shake_hands();
  Result<bool> obey(const RawMessage& message);
  bool obey(const UserControl& message);
  void heard(std::size_t bytes, TimePoint now);
  Bytes& sink() { return established() ? output_ : queued_; }
  [[nodiscard]] std::optional<TimePoint> ping_due() const;

  Handshake handshake_;
  ChunkReader reader_;
  ChunkWriter writer_;
  Buffer input_;
  std::size_t used_ = 0;  // of the input: the last message may be borrowed from it
  Bytes aggregate_body_;
  std::optional<AggregateReader> aggregate_;
  Bytes output_;
  Bytes queued_;  // said before the handshake was over
  std::uint64_t received_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint32_t window_;
  std::uint32_t announced_;
  Millis ping_after_;
  Millis silence_;
  TimePoint start_;
  TimePoint heard_;
  TimePoint pinged_;
  std::optional<Expected> expected_;
  std::optional<Error> failure_;
};

}  // namespace so::rtmp
