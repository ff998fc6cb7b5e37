#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rtmp/events.h"
#include "rtmp/link.h"
#include "rtmp/message.h"
#include "rtmp/shared_object_message.h"

namespace so::rtmp {

/// The server has accepted connect().
struct Connected {
  amf::Value properties;   // fmsVer, capabilities
  amf::Value information;  // code, level, description, and what Enhanced RTMP adds
};

/// The server has refused connect(); it will close.
struct ConnectRefused {
  std::string code;  // "NetConnection.Connect.Rejected"
  std::string description;
  amf::Value application{};  // the reason of whoever decided; null: nobody did
};

/// The answer to create_stream().
struct StreamCreated {
  std::uint32_t stream = 0;
};

/// onStatus: how publish() and play() fare. Codes in the form "NetStream.Publish.Start"; level
/// "error" when it has failed.
struct StreamStatus {
  std::uint32_t stream = 0;  // 0 from servers that do not say which
  std::string level;
  std::string code;
  std::string description;
  bool operator==(const StreamStatus&) const = default;
};

/// The stream has no more to play, for now.
struct StreamEof {
  std::uint32_t stream = 0;
};

/// Only Media borrows.
using ClientEvent = std::variant<Connected, ConnectRefused, StreamCreated, StreamStatus, StreamEof,
                                 Media, SharedObjectMessage, Call, Reply>;

struct ClientOptions {
  LinkOptions link;
  Millis connect{10'000};           // from the handshake to the server's answer
  std::uint32_t chunk_size = 4096;  // of what we send; servers exist that refuse more
  SharedObjectLimits shared_objects;
};

/// Who says connect. What a server reads of it besides is what players and encoders have sent since
/// Flash, and is filled in.
struct ConnectArguments {
  std::string app;     // "chat/room1", with the query if there is one
  std::string tc_url;  // tc_url() of url.h
  Encoding encoding = Encoding::kAmf0;
  std::string flash_version = "LNX 9,0,124,2";  // of an encoder "FMLE/3.0 (compatible; name)"
  amf::Members extra;                           // after the usual members of the command object
  amf::Values arguments;                        // after the command object
};

/// The client's side of one RTMP connection: used by so-ctl, by relays and by tests. Bytes in,
/// events out, calls in, bytes out; see ServerSession for how they are driven.
///
/// What is said before the server has answered waits in order: connect() may be called at once,
/// create_stream() when Connected has come, publish() and play() when StreamCreated has.
class ClientSession {
 public:
  ClientSession(const ClientOptions& options, std::uint64_t seed, TimePoint now);

  void receive(ByteView bytes, TimePoint now) { link_.receive(bytes, now); }
  /// The next event; nullopt: feed me more. After an error the connection is to be closed.
  Result<std::optional<ClientEvent>> next();
  Bytes take_output() { return link_.take_output(); }
  [[nodiscard]] std::optional<TimePoint> deadline() const { return link_.deadline(); }
  void tick(TimePoint now) { link_.tick(now); }  // next() then tells what has run out

  void connect(const ConnectArguments& arguments);
  void create_stream();
  void delete_stream(std::uint32_t stream);

  /// With releaseStream and FCPublish before it, as encoders do, and FCUnpublish at its end, which
  /// delete_stream() should follow.
  void publish(std::uint32_t stream, std::string_view name, std::string_view type = "live");
  void unpublish(std::string_view name);
  /// start: -2 live or recorded, -1 live. With the buffer length that players ask for.
  void play(std::uint32_t stream, std::string_view name, double start = -2);
  /// On a stream that publishes.
  void send_media(const Media& media);
  void send_data(std::uint32_t stream, std::uint32_t timestamp, const amf::Values& values);

  /// One message is one change of the object: see namespace shared for the requests.
  void send_shared_object(const SharedObjectMessage& message);

  /// The transaction that the Reply will carry.
  double call(std::string_view name, const amf::Values& arguments);
  /// The answer to a Call; none is sent to transaction 0.
  void result(double transaction, const amf::Value& value);
  /// "NetConnection.Call.Failed", and words.
  void error(double transaction, std::string_view code, std::string_view description,
             const amf::Members& extra = {});

 private:
  using Answer = std::optional<ClientEvent>;  // nullopt: the session has dealt with it
  enum class Asked { kConnect, kCreateStream, kCall };

  Result<Answer> dispatch(const RawMessage& message);
  Result<Answer> on_command(const RawMessage& message);
  Answer on_reply(const Command& command);
  Answer on_connect_reply(const Command& command);
  double ask(Asked what, Command command);
  void tell(std::string_view name, const amf::Values& arguments, std::uint32_t stream = 0);
  void send_command(const Command& command, std::uint32_t stream);

  ClientOptions options_;
  Link link_;
  Encoding encoding_ = Encoding::kAmf0;
  bool waiting_ = false;    // for the answer to connect, since the handshake
  double transaction_ = 0;  // the last given out
  std::map<double, Asked> asked_;
};

}  // namespace so::rtmp
