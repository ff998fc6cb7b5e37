#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "bus/call_bodies.h"
#include "bus/reply.h"

namespace so::ctl {

using bus::Done;
using bus::Reply;

/// One line of output while watching: an event of scopewire-ws(7), JSON.
using Line = std::function<void(std::string_view event)>;

/// What is called, and by whom it is to be answered.
struct Calling {
  std::string_view method;
  std::string_view args = "[]";     // JSON
  std::optional<Millis> timeout{};  // nullopt: the hub's
  std::string_view to{};            // a member; empty: whoever serves the method
};

constexpr Reply kReplaced{.code = "replaced", .message = "others have registered as this identity"};

/// A way to one scope: the bus, a WebSocket or RTMP. Errors have the codes of scopewire-bus(7), and
/// "unreachable" where nobody answers. Each call is answered once, from the loop. When the way is
/// lost later, `lost` is called with why, and open calls are answered "hub_lost".
class Door {
 public:
  Door() = default;
  virtual ~Door() = default;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  /// First, and to be answered before anything else is asked.
  virtual void open(Done opened, Done lost) = 0;

  /// {"value":V} for a key, the sync event for an empty one.
  virtual void get(std::string_view object, std::string_view key, Done done) = 0;
  /// `changes` is the body of the bus's request. RTMP knows changes only, no producer.
  virtual void change(std::string_view object, std::string_view changes, Done done) = 0;
  /// The state first, then every change.
  virtual void watch(std::string_view object, Line line, Done done) = 0;
  /// Ends an object that nobody uses.
  virtual void drop(std::string_view object, Done done) = 0;
  /// Ends all whose names are like the pattern; {"dropped":N,"kept":N}, perhaps with more.
  virtual void drop_all(std::string_view /*pattern*/, const Done& done) {
    done({.code = "unsupported", .message = "RTMP has no way to end objects"});
  }
  /// What is in a scope, as the bus says it.
  virtual void list(std::string_view scope, Done done) = 0;

  /// {"result":V}, or an error, which may have data.
  virtual void call(const Calling& call, Done done) = 0;
  /// Answers a method from now on: of the scope over the bus, else of this connection alone.
  /// `called` gets the call event of scopewire-ws(7); result() is told how it went. Of a
  /// connection, the reply's body is its member's id, for those who call it.
  virtual void serve(std::string_view method, bool share, Line called, Done done) = 0;
  virtual void result(std::string_view call, const bus::CallResult& result) = 0;
  /// An event for others; `body` is that of the bus.
  virtual void emit(std::string_view /*name*/, std::string_view /*body*/, const Done& done) {
    done({.code = "unsupported", .message = "RTMP has no events of clients"});
  }

  /// Registers as the identity; `mail` gets the event mail of scopewire-ws(7). When others have
  /// taken its place, `lost` is told "replaced".
  struct Mailbox {
    std::optional<Millis> lifetime{};
    std::size_t connections = 1;
  };
  virtual void inbox(std::string_view /*identity*/, const Mailbox& /*options*/,
                     const Line& /*mail*/, const Done& done) {
    done(kNoIdentities);
  }
  /// All up to this number of this epoch (16 hexadecimal digits) are dealt with.
  virtual void acknowledge(std::string_view /*identity*/, std::string_view /*epoch*/,
                           std::uint64_t /*number*/, const Done& done) {
    done(kNoIdentities);
  }
  /// `body` is that of the bus.
  virtual void notify(std::string_view /*identity*/, std::string_view /*body*/, const Done& done) {
    done(kNoIdentities);
  }
  static constexpr Reply kNoIdentities{.code = "unsupported",
                                       .message = "there are no identities over RTMP"};

  /// Ends any member's connection; a client's door cannot.
  virtual void kick(std::string_view /*member*/, std::string_view /*reason*/, const Done& done) {
    done({.code = "unsupported", .message = "only the bus can end a member's connection"});
  }
};

}  // namespace so::ctl
