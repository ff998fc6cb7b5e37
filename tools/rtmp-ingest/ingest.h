#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/client.h"
#include "calls.h"
#include "client.h"
#include "json/read.h"
#include "net/forgeries.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "objects.h"
#include "play_wish.h"
#include "playbacks.h"
#include "publication.h"
#include "rtmp/auth_server.h"
#include "rtmp/session.h"
#include "stream.h"
#include "token/verifier.h"
#include "told_data.h"

namespace so::ingest {

using Passwords = std::map<std::string, std::string, std::less<>>;  // by user

struct IngestOptions {
  rtmp::ServerOptions session;
  StreamOptions stream;
  Millis play_wait{0};             // how long a player waits for a stream that nobody publishes
  Millis publisher_grace{0};       // players of a publisher that was lost are not told for so long
  Millis publisher_dead{2'000};    // who says nothing for so long when another wants its name
  bool replace_publisher = false;  // the other one gets it in any case
  std::string record;              // folder of recordings; empty: there are none
  Millis drain{0};  // for clients that can reconnect by themselves, when the server is to end
};

/// Where the arrows turn: sockets to sessions, their events to the hub and to streams, and back.
/// Rules of the protocol are in rtmp/, rules of rooms and names in the hub.
class Ingest {
 public:
  /// The connections have no handlers yet; all outlive it.
  Ingest(IngestOptions options, net::Loop& loop, net::TcpConnections& connections,
         bus::Client& hub);

  /// Every client is told that the server closes; those that can are asked to reconnect first, and
  /// have options.drain for it. Then `done`, once. Asked again, nobody has any time.
  void drain(std::function<void()> done);

  /// How clients prove who they are, from now on; nullptr: nobody has to, or can. Who is in stays.
  void set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional);
  /// Whom to ask for user and password, and in what way, from now on.
  struct Users {
    std::shared_ptr<const Passwords> passwords{};  // nullptr: nobody is asked
    rtmp::AuthScheme scheme{};
    bool all = false;  // who only plays is asked, too
  };
  void set_users(Users users);
  /// Ends the connections of those whose tokens have expired.
  void close_expired(WallMillis now);

  struct Counters {
    std::uint64_t object_messages = 0;      // of shared objects, from clients
    std::uint64_t unknown_events = 0;       // in them, skipped
    std::uint64_t slow_players = 0;         // times that a player was told so
    std::uint64_t stuck_players = 0;        // given up
    std::uint64_t replaced_publishers = 0;  // whose name another one got
    std::uint64_t untold_data = 0;          // data messages too many for the hub
    std::uint64_t refused_proofs = 0;       // tokens and passwords that were wrong
  };
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }
  [[nodiscard]] const std::map<std::string, Stream>& streams() const { return streams_; }
  [[nodiscard]] std::size_t playbacks() const { return playbacks_.size(); }
  [[nodiscard]] TimePoint now() const { return loop_.now(); }

 private:
  void opened(net::ConnId id, const net::Address& peer);
  void received(net::ConnId id, ByteView bytes);
  void closed(net::ConnId id, std::string_view why);
  /// Handles what the session has to tell, sends what it owes.
  void turn(net::ConnId id);
  [[nodiscard]] static bool is_unwatched(const Client& client);
  void tick();

  // what a session tells
  void on(net::ConnId id, const rtmp::ConnectRequest& request);
  void on(net::ConnId id, const rtmp::PublishRequest& request);
  void on(net::ConnId id, const rtmp::PlayRequest& request);
  void on(net::ConnId id, const rtmp::PublishEnd& end);
  void on(net::ConnId id, const rtmp::PlayEnd& end);
  void on(net::ConnId id, const rtmp::Media& media);
  void on(net::ConnId id, const rtmp::Pause& pause);
  void on(net::ConnId id, const rtmp::Receive& receive);
  void on(net::ConnId id, const rtmp::Seek& seek);
  void on(net::ConnId id, const rtmp::BufferLength& length);
  void on(net::ConnId id, const rtmp::LengthRequest& request);
  void on(net::ConnId id, const rtmp::SharedObjectMessage& message);
  void on(net::ConnId id, const rtmp::Call& call);
  void on(net::ConnId id, const rtmp::Reply& reply);

  // who clients are, ingest_visitors.cpp
  using Then = std::function<void(const Status&)>;
  [[nodiscard]] Status prove(net::ConnId id, const rtmp::ConnectRequest& request);
  [[nodiscard]] Result<Proof> proof_of_user(net::ConnId id, const rtmp::ConnectRequest& request);
  [[nodiscard]] Status introduce(net::ConnId id, std::string_view query, std::string token);
  [[nodiscard]] Result<token::Claims> look_at(const std::string& token, const net::Address& peer);
  /// Goes on, now or later, when the hub knows what this query says of the client.
  void admit(net::ConnId id, std::string_view query, const Then& then);
  [[nodiscard]] bool is_stranger(net::ConnId id);  // told so and closed, if it is one

  // what the hub answers and tells
  void joined(net::ConnId id, const std::string& scope, amf::Members answer,
              const bus::Reply& reply);
  void may_play(net::ConnId id, std::uint32_t stream, const PlayWish& wish,
                const bus::Reply& reply);
  [[nodiscard]] bool is_live(const std::string& name) const;
  void play(net::ConnId id, std::uint32_t stream, const PlayWish& wish);
  void play_live(net::ConnId id, std::uint32_t stream, const std::string& name);
  bool play_recording(net::ConnId id, std::uint32_t stream, const PlayWish& wish);
  [[nodiscard]] Millis length_of(const std::string& name) const;
  void event(const wire::FrameView& event);
  void stream_event(const std::string& name, std::uint64_t publisher, json::Element event);
  void metadata(const std::string& name, std::uint64_t from, json::Element event);
  void metadata_for(const std::string& name, std::uint64_t from, ByteView message);
  void refused(const wire::FrameView& claim, const bus::Reply& why);
  void kicked(const wire::FrameView& kick);

  // publishers, ingest_publish.cpp
  struct Asked {  // who wants to publish
    net::ConnId id{};
    std::uint32_t stream = 0;
    std::string name;
    std::string type;
    unsigned knocks = 0;  // at other edges
  };
  struct Knock {  // somebody wants a name; who has it is asked for a sign of life
    net::ConnId holder{};
    std::uint64_t received = 0;  // from the holder, before
    TimePoint until{};
    std::optional<Asked> asked{};  // by a client of ours
    std::string call{};            // by another edge: the bus's id
  };
  void ask_to_publish(const Asked& asked);
  void published(const Asked& asked, bool taken, const bus::Reply& reply);
  void refuse_publish(const Asked& asked, std::string_view code, std::string_view why);
  void knock(const Asked& asked, const bus::Reply& reply);
  void knock_elsewhere(const Asked& asked);
  void knocked(const wire::FrameView& call);
  void await_sign(Client& holder, Knock knock);
  void answer_knocks();
  enum class Ending { kSaid, kLost };
  void withdraw(const std::string& name);
  void end_publish(const std::string& name, Ending how);
  void tell_end(const std::string& name);
  void begin_record(Publication& publication, std::string_view type);
  void record(Publication& publication, const media::UnitView& unit);
  void end_record(Publication& publication, std::string_view code, std::string_view why);
  net::ConnId publisher_of(const std::string& name) const;

  Client* find(net::ConnId id);
  void send_owed(net::ConnId id, Client& client);
  Stream& stream(const std::string& name);
  void source_begins(const std::string& name);
  void slow(const StreamKey& player);
  void stuck(const StreamKey& player);
  void end_waiting();
  void leave(const std::string& name, const StreamKey& player);
  void forget_if_idle(const std::string& name);
  void close_all(std::string_view why);

  struct Elsewhere {
    std::string endpoint;
    std::uint64_t publisher = 0;  // number of the member
    std::string id{};             // and its id
  };
  struct Waiting {  // a player, for somebody to publish
    StreamKey player;
    std::string name;
    TimePoint until;
  };

  IngestOptions options_;
  net::Loop& loop_;
  net::TcpConnections& connections_;
  bus::Client& hub_;
  Objects objects_;
  Calls calls_;
  std::unordered_map<net::ConnId, std::unique_ptr<Client>> clients_;
  std::map<std::string, Stream> streams_;  // with a source here, or with players
  std::map<std::string, Publication> publications_;
  std::map<std::string, Elsewhere> elsewhere_;  // published by others
  std::vector<Knock> knocks_;
  std::map<std::string, TimePoint> lost_;  // streams whose publisher may return until then
  std::vector<Waiting> waiting_;
  Playbacks playbacks_;
  ToldData told_data_;
  std::function<void()> drained_;
  TimePoint drain_until_;
  Counters counters_;
  std::shared_ptr<const token::Verifier> verifier_;
  bool proof_optional_ = true;
  net::Forgeries forgeries_;
  Users users_;
  std::optional<rtmp::AuthServer> auth_;
  json::Parser parser_;
  net::Timer deadline_;
};

}  // namespace so::ingest
