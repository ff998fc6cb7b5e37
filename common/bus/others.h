#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bus/body.h"
#include "bus/roll.h"
#include "json/read.h"
#include "wire/frame.h"

namespace so::bus {

/// What the hub told of others: the members of the scopes where a member of ours asked for
/// presence, and the streams that are up. Turns the lists in replies into events, drops events that
/// say what is known already (a restarted hub hears of everybody anew), and makes those that an
/// outage hid.
class Others {
 public:
  using Emit = std::function<void(const wire::FrameView& event)>;
  /// The incarnation is ours: events of our own members carry their number.
  Others(std::uint64_t incarnation, Emit emit)
      : incarnation_(incarnation), emit_(std::move(emit)) {}

  /// The reply to a join with presence. Who asks takes the list from the reply; what is new in it
  /// is an event for those who were told before, be it others or, when asked `again`, the same.
  void joined(std::string_view scope, std::uint64_t member, std::string_view reply, bool again,
              const Place& place = {});
  void left(std::string_view scope, std::uint64_t member);
  /// The reply to a follow: what is up, unless asked `again` and known, and the latest metadata,
  /// which has the path as its name.
  void followed(std::string_view path, std::string_view reply, bool again);
  void unfollowed(std::string_view stream);  // "/": all

  /// Passes a kMember or kStream event on if it is news.
  void on_member(const wire::FrameView& event);
  void on_stream(const wire::FrameView& event);

  /// The hub was restarted, or events were lost ...
  void doubt_all();
  /// ... and all who are still there have been heard of by now: the others have left.
  void settle();

 private:
  struct Watched {
    std::set<std::uint64_t> by;  // members of ours
    Place at;                    // of the last event
    Roll members;
  };
  // Handlers may ask the client for anything, so events are made first and emitted when nothing of
  // ours is held.
  using Events = std::vector<wire::Frame>;
  void emit(const Events& events);
  [[nodiscard]] wire::Frame member_event(std::string_view event, std::string_view scope,
                                         std::string_view member, std::string_view shown,
                                         const Place& at) const;

  std::uint64_t incarnation_;
  Emit emit_;
  json::Parser parser_;
  std::map<std::string, Watched, std::less<>> watched_;  // by scope
  Roll streams_;
};

}  // namespace so::bus
