#pragma once

#include <functional>
#include <string_view>

#include "bus/reply.h"

namespace so::ctl {

using bus::Done;
using bus::Reply;

/// One line of output while watching: an event of scopewire-ws(7), JSON.
using Line = std::function<void(std::string_view event)>;

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
  /// What is in a scope, as the bus says it.
  virtual void list(std::string_view scope, Done done) = 0;
};

}  // namespace so::ctl
