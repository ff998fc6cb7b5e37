#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "rtmp/authmod.h"
#include "rtmp/events.h"
#include "rtmp/link.h"
#include "rtmp/message.h"
#include "rtmp/shared_object_message.h"
#include "rtmp/url.h"

namespace so::rtmp {

// Three requests wait for a decision. Until it is told, at once or later, the session looks at
// nothing further: what the client sends meanwhile stays in order behind it. Who answers later
// calls next() again afterwards, since no new byte may come.

/// Answer with accept_connect() or reject_connect().
struct ConnectRequest {
  StreamPath path;     // of the app: "chat/room1"
  std::string app;     // as sent but for auth, secrets and all; so is tc_url: do not log them
  std::string tc_url;  // empty when absent
  Encoding encoding = Encoding::kAmf0;
  amf::Value object;                // the whole command object: flashVer, swfUrl, fourCcList …
  amf::Values arguments;            // what the client's connect() was given besides
  std::optional<AuthWords> auth{};  // user and password, of encoders that were asked for them
};

/// Answer with publish_started() or publish_failed().
struct PublishRequest {
  std::uint32_t stream = 0;
  StreamPath path;  // of app and name together: "live/cam"; the query is the name's, then the app's
  std::string name;  // as sent
  std::string type;  // "live", "record", "append"; "live" when absent
};

/// Answer with play_started() or play_failed(). What the stream played before has ended.
struct PlayRequest {
  std::uint32_t stream = 0;
  StreamPath path;
  std::string name;
  double start = -2;     // as sent; below 0 is live: clients send -1, -2, -1000 and -2000
  double duration = -1;  // as sent; below 0 is all
  bool reset = true;     // leave what played before
};

/// The client has stopped. Not sent when the connection ends: when next() fails or the socket
/// closes, all its streams have ended.
struct PublishEnd {
  std::uint32_t stream = 0;
};
struct PlayEnd {
  std::uint32_t stream = 0;
};

// What a player wants less of. The session has answered; sending less is the caller's part.

struct Pause {
  std::uint32_t stream = 0;
  bool paused = false;
  double position_ms = 0;
};
struct Receive {
  std::uint32_t stream = 0;
  MediaKind kind{};  // audio or video
  bool wanted = true;
};

/// Of a recording, answer with seek_started(); what is live has no other place to go to.
struct Seek {
  std::uint32_t stream = 0;
  double position_ms = 0;
};
/// So much of a recording wants the player to have before it is due.
struct BufferLength {
  std::uint32_t stream = 0;
  std::uint32_t milliseconds = 0;
};

/// How long a recording is: answer with result(), in seconds, 0 for what is unknown or live.
struct LengthRequest {
  double transaction = 0;
  StreamPath path;  // as of PlayRequest
};

/// Only Media borrows. SharedObjectMessage comes as the client sent it, between an accepted connect
/// and the end; send_shared_object() answers.
using ServerEvent =
    std::variant<ConnectRequest, PublishRequest, PlayRequest, PublishEnd, PlayEnd, Media, Pause,
                 Receive, Seek, BufferLength, LengthRequest, SharedObjectMessage, Call, Reply>;

struct ServerOptions {
  LinkOptions link;
  Seconds connect{5};          // from the handshake to connect: clients send it at once
  Millis idle{0};              // neither publishing nor playing, and no object or call yet; 0: any
  Millis media{0};             // publishing and sending none of it, pings answered or not; 0: any
  Seconds refused{1};          // for who was refused to publish and does nothing else to leave
  Seconds publisher_idle{15};  // a publisher that says nothing at all is gone; others: link.silence
  std::uint32_t chunk_size = 4096;     // of what we send, 1 to kMaxChunkBytes
  std::size_t streams = 16;            // createStream; Flash applications use one each way
  std::size_t held_bytes = 256 << 10;  // unread while a request waits; see wants_bytes()
  SharedObjectLimits shared_objects;
  // Before a connect is accepted, and for media before a publish is asked for, messages are this
  // short; afterwards link.limits holds.
  std::size_t stranger_bytes = 32 << 10;
  std::string version = "FMS/3,5,7,7009";  // fmsVer, which clients of the Flash era parse
};

/// The server's side of one RTMP connection, from the first byte of the handshake: bytes in, events
/// out, calls in, bytes out (RTMP 1.0; Enhanced RTMP bodies pass through).
///
///   session.receive(bytes, now);
///   while (true) {
///     auto event = session.next();
///     if (!event) return close_after(session.take_output(), event.error());
///     if (!*event) break;                      // feed me more
///     std::visit([this](auto& e) { on(e); }, **event);
///   }
///   send(session.take_output());
///
/// It answers by itself what needs no decision: handshake, acknowledgements, pings, chunk sizes,
/// createStream (ids from 1, the lowest free), releaseStream, FCPublish, _checkbw and their like,
/// and refuses bad names of streams. Protocol errors and broken bounds end it for good.
class ServerSession {
 public:
  /// The seed fills the handshake's random fields.
  ServerSession(const ServerOptions& options, std::uint64_t seed, TimePoint now);

  // ---- bytes in, events out

  void receive(ByteView bytes, TimePoint now);  // stores, parses nothing
  /// Like receive(), without a copy: before the bytes go away, keep() copies what is not used yet.
  void lend(ByteView bytes, TimePoint now);
  void keep() { link_.keep(); }
  /// The next event; nullopt: feed me more, or decide what I asked. After an error: send what
  /// take_output() has, then close within a second. kRefused means that reject_connect() was called
  /// or the app is no path.
  Result<std::optional<ServerEvent>> next();
  /// False while more than held_bytes wait for a decision: stop reading the socket.
  [[nodiscard]] bool wants_bytes() const;
  /// The publisher has said that it is about to leave (FCUnpublish), though not that it has.
  [[nodiscard]] bool is_leaving() const { return leaving_; }
  /// Bytes that have come; a peer that is alive adds to them.
  [[nodiscard]] std::uint64_t received() const { return link_.received(); }
  /// For metrics, and for who wants to slow down a peer that cuts its messages too small.
  [[nodiscard]] const ChunkCounts& chunks() const { return link_.counts(); }

  // ---- bytes out

  /// All that is owed to the client; it is owed only once.
  Bytes take_output() { return link_.take_output(); }
  /// Between any two take_output(), messages of prepared.h may be sent.
  [[nodiscard]] std::uint32_t chunk_size() const { return options_.chunk_size; }
  [[nodiscard]] Encoding encoding() const { return encoding_; }  // for shared objects

  // ---- time

  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void tick(TimePoint now);                      // next() then tells what has run out
  void ping(TimePoint now) { link_.ping(now); }  // besides those that it sends by itself

  // ---- connect

  /// `extra` goes into the information object, for what Enhanced RTMP adds (capsEx, fourCcList).
  void accept_connect(const amf::Members& extra = {});
  /// "NetConnection.Connect.Rejected" and words for a person. `application` is the reason of
  /// whoever decided, as Flash clients look for it; null: nobody did. The session is over: next()
  /// fails.
  void reject_connect(std::string_view code, std::string_view description,
                      const amf::Value& application = amf::Value::null());

  // ---- publish and play; a stream that the client has left meanwhile is passed over in silence

  void publish_started(std::uint32_t stream);
  /// "NetStream.Publish.BadName" or ".Denied". An encoder that does not leave then is left:
  /// librtmp waits for that.
  void publish_failed(std::uint32_t stream, std::string_view code, std::string_view description);
  enum class Source { kLive, kRecording };
  void play_started(std::uint32_t stream, Source source = Source::kLive);
  /// "NetStream.Play.StreamNotFound" or ".Failed"; after play_started(), too: it waited in vain.
  void play_failed(std::uint32_t stream, std::string_view code, std::string_view description);

  /// To a player. For one player; for many, see prepared.h.
  void send_media(const Media& media);
  void send_data(std::uint32_t stream, std::uint32_t timestamp, const amf::Values& values);
  /// What follows is the recording from another place on.
  void seek_started(std::uint32_t stream);
  /// All of the recording has been sent; the player may still seek.
  void play_complete(std::uint32_t stream, double seconds, std::uint64_t bytes);
  /// The publisher has left: the set of messages on which every known player ends. The stream goes
  /// on playing if media follows.
  void end_of_stream(std::uint32_t stream);
  /// An onStatus of your own: level "status", "warning" or "error". Stream 0: the connection.
  void status(std::uint32_t stream, std::string_view level, std::string_view code,
              std::string_view description);

  // ---- shared objects and remote calls

  void send_shared_object(const SharedObjectMessage& message);
  /// The answer to a Call or a LengthRequest; none is sent to transaction 0.
  void result(double transaction, const amf::Value& value);
  /// "NetConnection.Call.Failed" and words. `extra` goes into the information object.
  void error(double transaction, std::string_view code, std::string_view description,
             const amf::Members& extra = {});
  /// Calls a method of the client. The transaction that its Reply will carry.
  double call(std::string_view name, const amf::Values& arguments);
  /// Nobody waits for that Reply any more. Who calls does this for those that never come.
  void forget_call(double transaction) { calls_.erase(transaction); }

 private:
  enum class Phase { kHandshake, kConnect, kConnected };
  enum class StreamState { kIdle, kPublishAsked, kPublishing, kPlayAsked, kPlaying };
  using Streams = std::map<std::uint32_t, StreamState>;
  using Answer = std::optional<ServerEvent>;  // nullopt: the session has dealt with it
  using Handler = Result<Answer> (ServerSession::*)(const Command&, std::uint32_t stream);

  // session.cpp
  Result<Answer> dispatch(const RawMessage& message);
  Answer on_media(Media media);
  void adjust();  // limits and patience, to what the streams do
  [[nodiscard]] bool any(StreamState state) const;
  [[nodiscard]] std::optional<TimePoint> idle_until() const;
  [[nodiscard]] std::optional<TimePoint> media_until() const;
  Answer on_buffer_length(const RawMessage& message);
  void send_command(const Command& command, std::uint32_t stream);

  // session_commands.cpp
  static Handler handler(std::string_view command);  // nullptr: unknown
  Result<Answer> on_command(const RawMessage& message);
  Result<Answer> on_connect(const Command& command, std::uint32_t stream);
  Result<Answer> on_reply(const Command& command, std::uint32_t stream);
  Result<Answer> on_stream_length(const Command& command, std::uint32_t stream);
  Result<Answer> agree(const Command& command, std::uint32_t stream);
  Result<Answer> on_farewell(const Command& command, std::uint32_t stream);

  // session_streams.cpp
  Streams::iterator find_stream(std::uint32_t stream);
  bool settle(std::uint32_t stream, StreamState asked, StreamState now);
  Answer leave(Streams::iterator stream);
  Result<Answer> on_create_stream(const Command& command, std::uint32_t stream);
  Result<Answer> on_delete_stream(const Command& command, std::uint32_t stream);
  Result<Answer> on_close_stream(const Command& command, std::uint32_t stream);
  Result<Answer> on_publish(const Command& command, std::uint32_t stream);
  Result<Answer> on_play(const Command& command, std::uint32_t stream);
  Result<Answer> on_play2(const Command& command, std::uint32_t stream);
  Result<Answer> on_seek(const Command& command, std::uint32_t stream);
  Result<Answer> on_pause(const Command& command, std::uint32_t stream);
  Result<Answer> on_receive_audio(const Command& command, std::uint32_t stream);
  Result<Answer> on_receive_video(const Command& command, std::uint32_t stream);

  ServerOptions options_;
  Link link_;
  Phase phase_ = Phase::kHandshake;
  bool deciding_ = false;  // a request waits for its answer
  Encoding encoding_ = Encoding::kAmf0;
  Encoding command_encoding_ = Encoding::kAmf0;
  std::string app_;
  bool leaving_ = false;
  bool more_than_streams_ = false;  // objects or calls: it has reasons to stay
  double connect_transaction_ = 1;
  double last_call_ = 1;
  std::set<double> calls_;  // of ours, not yet answered
  Streams streams_;
  TimePoint now_;                        // of the last receive() or tick()
  std::optional<TimePoint> idle_since_;  // connected, and no stream does anything
  TimePoint media_at_;                   // the last of it
};

}  // namespace so::rtmp
