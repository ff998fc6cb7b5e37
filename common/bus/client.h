#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bus/bus.h"
#include "bus/call_bodies.h"
#include "bus/reply.h"
#include "net/loop.h"

namespace so::bus {

/// What a member says of itself when it joins.
struct JoinOptions {
  std::string_view info{};  // a JSON object shown to others; empty: none, or what was shown before
  bool presence = false;    // asks for the join and leave events of the scope
};

/// Where one is in the log of something: of an object, of a mailbox, of who is in a scope.
struct Place {
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
};

/// What a member has of an object, and wants.
struct UseOptions {
  std::optional<bool> persistent{};  // what the object must be; nullopt: either
  std::uint64_t epoch = 0;           // 0: it has nothing, and is answered a snapshot
  std::uint64_t version = 0;
};

struct PublishOptions {
  std::string_view endpoint{};  // where the media can be had; empty: nowhere
  std::string_view video{};     // codec names for people, "h264"; empty: none
  std::string_view audio{};
};

/// How much a stream of ours carries, measured of late.
struct StreamRates {
  std::uint64_t bytes_per_second = 0;
  std::uint64_t frames_per_second = 0;  // pictures
  Millis gop{0};                        // between the last two key frames
  std::uint64_t players = 0;            // that the tool itself has
};

/// By which clock metadata is stamped that brings no time of its own: the stream's while it is up,
/// else the wall's; always the wall's; none.
enum class MetaClock { kStream, kWall, kNone };

struct MetaOptions {
  std::optional<Millis> timestamp{};  // of the stream
  MetaClock clock = MetaClock::kStream;
  std::string_view producer{};  // with seq, from 1: what was taken before is done again by nobody
  std::uint64_t seq = 0;
};

struct FollowOptions {
  bool meta = true;     // kMetadata events
  bool streams = true;  // kStream events
  bool latest = true;   // and the latest metadata of each, at once
};

/// A tool's end of the bus: requests with replies, events in order, and a hub that may be restarted
/// at any time. The client says hello, renews the lease, and after an outage announces again all
/// that was joined, used, published, followed and served; the tool sees no more of it than events.
///
/// While there is no hub:
///   join, use, publish, follow, serve  wait, and are answered when the hub is back
///   leave, release, gone, ...          are done at once: a new hub knows nothing of it
///   change, get, list, meta, call ...  are refused with "hub_lost", never kept: who asked decides
/// What was asked and not answered when the hub went away is treated alike; a change that is
/// refused with "hub_lost" may have been applied (producer and seq make sending it again safe).
/// While a hub is being told what we hold (less than a second), all requests wait for that.
///
/// Strings are copied; scopes are in their normal form (wire/path.h). At most kMaxPending requests
/// wait for a reply, more are refused with "limit". The bus and the loop outlive the client.
class Client {
 public:
  static constexpr std::size_t kMaxPending =
      65536;  // an edge's connections, each with one in flight

  struct Handlers {
    /// kChanged, kMember, kStream or kMetadata; the body is what a WebSocket client is sent. Of an
    /// object each version comes once and in order. The first state of what is followed, and what
    /// was missed in an outage, comes as events too: a stream that did not come back with the hub
    /// goes down, a member that did not leaves. Metadata that was there when it was followed has
    /// the followed path as its name; what is new has none.
    std::function<void(const wire::FrameView& event)> event{};
    /// All users of scope and name must start anew from the body, {"event":"sync",...}, or go on
    /// with the missed batches of {"event":"resume",...}: the hub was restarted, or events were
    /// lost. The position is in the header.
    std::function<void(const wire::FrameView& sync)> sync{};
    /// The hub has answered hello and knows all of us again, or is gone; `why` is for people.
    std::function<void(bool connected, std::string_view why)> link{};
    /// Somebody calls a method that we serve (member 0), or the client of header.member; the body
    /// is what a WebSocket client is sent. To be answered with answer(). Left empty: "no_method".
    std::function<void(const wire::FrameView& call)> call{};
    /// The connection of header.member is to be ended, for the "reason" in the body. Left empty:
    /// the member is gone, and nobody is told.
    std::function<void(const wire::FrameView& kick)> kick{};
    /// A message for an identity as which header.member is registered, to be acknowledged with
    /// header.epoch and version once it is dealt with. The same one may come again.
    std::function<void(const wire::FrameView& mail)> mail{};
    /// header.member is not registered as identity `name` any more: others came.
    std::function<void(const wire::FrameView& replaced)> replaced{};
    /// An event for the client of header.member; whether it is on its way to it. The body is what a
    /// WebSocket client is sent. Left empty: it is not.
    std::function<bool(const wire::FrameView& message)> message{};
    /// An event for all our members that are in the scope and, if there is a name, came by that
    /// route; but not for header.member, who has sent it.
    std::function<void(const wire::FrameView& event)> broadcast{};
    /// A restarted hub refused what the one before had granted: the member no longer is in the
    /// scope, uses the object, publishes the stream, serves the method (`claim` is the kJoin, kUse,
    /// kPublish, kFollow or kServe that failed).
    std::function<void(const wire::FrameView& claim, const Reply& why)> refused{};
  };

  /// `claims` is what is known of those for whom the tool speaks, a JSON object; empty: it speaks
  /// for the operator, whom no policy refuses anything.
  Client(Bus& bus, net::Loop& loop, std::string tool, std::string claims = {});
  ~Client();  // says bye
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Handlers left empty ignore what they would hear. Call it before the loop runs.
  void listen(Handlers handlers);

  [[nodiscard]] bool connected() const;
  [[nodiscard]] std::uint64_t incarnation() const;  // of this process, random
  [[nodiscard]] std::uint64_t new_member();  // 1, 2, 3 ...: a connection's number, never used twice
  [[nodiscard]] std::string member_id(std::uint64_t member) const;  // as everybody else knows it

  /// What is known of the member: as it was introduced, else as of any.
  [[nodiscard]] std::string_view claims_of(std::uint64_t member) const;
  /// What is known of the member, a JSON object, in place of the tool's own claims; empty: nothing
  /// more than of any. Holds until it is gone, at a hub that hears of it anew too. If it has joined
  /// something the hub is told at once; if it is refused then, what was known before stays.
  void introduce(std::uint64_t member, std::string claims, Done done = {});

  // Members. leave() leaves what is below as well, releases what was used there and ends what was
  // published there; gone() is the end of the connection.
  void join(std::uint64_t member, std::string_view scope, const JoinOptions& options,
            Done done = {});
  void leave(std::uint64_t member, std::string_view scope, Done done = {});
  void gone(std::uint64_t member);

  // Who was introduced and has joined nothing asks with what is known of it.

  // Shared objects. The body of change is that of the bus: {"changes":[...],...}. An empty key gets
  // all.
  void use(std::uint64_t member, std::string_view scope, std::string_view object,
           const UseOptions& options, Done done = {});
  void release(std::uint64_t member, std::string_view scope, std::string_view object,
               Done done = {});
  void change(std::uint64_t member, std::string_view scope, std::string_view object,
              std::string_view body, Done done = {});
  void get(std::uint64_t member, std::string_view scope, std::string_view object,
           std::string_view key, Done done);
  /// What is missed by who is at this place, or all; as use() answers it.
  void get_since(std::uint64_t member, std::string_view scope, std::string_view object,
                 const Place& place, Done done);
  /// The newest batches, so many or as many as are known.
  void get_last(std::uint64_t member, std::string_view scope, std::string_view object,
                std::uint64_t batches, Done done);
  /// Ends an object that nobody uses, persistent or not.
  void drop(std::uint64_t member, std::string_view scope, std::string_view object, Done done);
  /// The same of all objects of the scope whose name is like the pattern, with * and ?.
  void drop_all(std::uint64_t member, std::string_view scope, std::string_view pattern, Done done);
  void list(std::uint64_t member, std::string_view scope, Done done);
  /// Who is in the scope, at the version that the last join or leave event had.
  void members(std::uint64_t member, std::string_view scope, Done done);
  /// Counters of the scope, or of the object if one is named; `list`: of all that is in the scope.
  void stat(std::uint64_t member, std::string_view scope, std::string_view object, bool list,
            Done done);

  /// The members of this tool whose use of the object was granted: whom its events are for.
  /// Ascending; borrowed until the next call or event.
  [[nodiscard]] std::span<const std::uint64_t> users(std::string_view scope,
                                                     std::string_view object) const;

  // Streams and their metadata. `stream` is a whole path, or "/" to follow all; `data` is JSON.
  // What is there already when one follows comes as events, before the reply.
  void publish(std::uint64_t member, std::string_view stream, const PublishOptions& options,
               Done done = {});
  void unpublish(std::uint64_t member, std::string_view stream, Done done = {});
  void meta(std::uint64_t member, std::string_view stream, std::string_view data,
            const MetaOptions& options, Done done = {});
  /// What was said of the stream: {"metadata":[EVENT,...]}, its newest values, so many or all that
  /// are kept, the latest last. Refused with "denied" if the member may not play it.
  void history(std::uint64_t member, std::string_view stream, std::optional<std::uint64_t> last,
               Done done);
  /// What time it is in a stream of ours, for metadata that others push to it. Nothing is kept of
  /// it: to be said again from time to time.
  void time(std::uint64_t member, std::string_view stream, Millis timestamp);
  /// For people who ask what there is (list); likewise to be said again, every few seconds.
  void rates(std::uint64_t member, std::string_view stream, const StreamRates& rates);
  /// Done if the member may play the stream, refused with "denied" if not.
  void may_play(std::uint64_t member, std::string_view stream, Done done);
  /// The same of pushing metadata to it.
  void may_push(std::uint64_t member, std::string_view stream, Done done);
  void follow(std::string_view stream, const FollowOptions& options, Done done = {});
  void unfollow(std::string_view stream, Done done = {});

  // Remote calls; bus/call_bodies.h makes the bodies. A call is answered when it is over, by
  // {"result":V} or an error, which may have data. Only the tool itself serves; with `share`,
  // others may serve the same method in turn.
  void serve(std::string_view scope, std::string_view method, bool share, Done done = {});
  void unserve(std::string_view scope, std::string_view method, Done done = {});
  void call(std::uint64_t member, std::string_view scope, std::string_view method,
            std::string_view body, Done done = {});
  /// Answers a call of the member, or of ourselves (0). What the hub does not take, because it is
  /// too big, is answered "failed" instead.
  void answer(std::uint64_t member, std::string_view call, const CallResult& result);
  /// The same with a body of one's own.
  void result(std::uint64_t member, std::string_view body, Done done = {});
  /// Sends an event to others; `body` is that of the bus. To one of them it is answered when it is
  /// on its way, or is not: "not_found", "gone", "timeout".
  void emit(std::uint64_t member, std::string_view scope, std::string_view name,
            std::string_view body, Done done = {});

  // Identities; member 0 is ourselves. To be registered holds as to have joined does.
  struct MailboxOptions {
    std::optional<Millis> lifetime{};  // nullopt: the hub's 7 days
    std::size_t connections = 1;       // at most so many are registered; the oldest gives way
  };
  void open_mailbox(std::uint64_t member, std::string_view identity, const MailboxOptions& options,
                    Done done = {});
  void close_mailbox(std::uint64_t member, std::string_view identity, Done done = {});
  /// `body` is that of the bus: {"message":V,...}. "not_found": there is no such mailbox.
  void notify(std::uint64_t member, std::string_view identity, std::string_view body,
              Done done = {});
  /// All up to this one. `body` is that of the bus; empty: the member is registered.
  void acknowledge(std::uint64_t member, std::string_view identity, const Place& last,
                   std::string_view body, Done done = {});

  /// Has the connection of any tool's member ended.
  void kick(std::string_view member, std::string_view reason, Done done = {});

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace so::bus
