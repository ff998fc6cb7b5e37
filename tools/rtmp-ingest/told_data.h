#pragma once

#include <map>
#include <string>

#include "base/time.h"
#include "bus/client.h"
#include "media/unit.h"
#include "net/conn_id.h"

namespace so::ingest {

/// Which data messages of publishers the hub hears of, and how they read as JSON. The description
/// of the stream, cue points, text, time codes and the like: a message with a name and values. Not
/// what only servers say to players. What another server of ours says of metadata pushed there is
/// that.
///
///   onMetaData {width: 160}     {"onMetaData":{"width":160}}
///   onTextData "a" 1            {"onTextData":["a",1]}
///   onJsonMeta {lat: 48.2}      {"lat":48.2}
///
/// At most kPerSecond of one publisher.
class ToldData {
 public:
  static constexpr unsigned kPerSecond = 50;

  struct Told {
    std::string json;      // empty: nothing for the hub
    bool dropped = false;  // because there are too many
  };
  Told of(const media::UnitView& unit, net::ConnId from, TimePoint now);
  void forget(net::ConnId from) { spent_.erase(from); }

 private:
  struct Spent {
    TimePoint since;
    unsigned messages = 0;
  };
  std::map<net::ConnId, Spent> spent_;
};

/// As metadata of the stream that the member publishes.
void tell_hub(bus::Client& hub, std::uint64_t member, const std::string& stream,
              const media::Unit& unit, const ToldData::Told& told);

}  // namespace so::ingest
