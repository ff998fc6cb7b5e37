#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "amf/common_form.h"
#include "amf/value.h"
#include "json/read.h"
#include "rtmp/shared_object_message.h"

namespace so::ingest {

// Shared objects in the words of RTMP and in those of the bus (scopewire-bus(7), change).

/// The changes that a client's message asks for, as a bus body; empty if it asks for none. Use and
/// Release are no changes. AMF3's integers, plain arrays and anonymous objects become what AMF0 has
/// for them, so that everybody else sees ordinary JSON; all other types keep their names.
std::string to_changes(const std::vector<rtmp::shared::Event>& requests);

/// What the author of those requests is told when they are done, in their order.
std::vector<rtmp::shared::Event> to_answers(const std::vector<rtmp::shared::Event>& requests);

/// What everybody else is told: the "changes" of a change event or of one batch.
Result<std::vector<rtmp::shared::Event>> to_events(json::Element changes);

/// What the keys of this object are; those that are null are not there.
Result<std::vector<rtmp::shared::Event>> to_values(json::Element values);

/// The same of these keys only.
Result<std::vector<rtmp::shared::Event>> to_values(json::Element data,
                                                   const std::set<std::string>& keys);
/// The keys that those requests set or remove.
std::set<std::string> keys_of(const std::vector<rtmp::shared::Event>& requests);

/// A sync event: the whole object, after UseSuccess for one who has asked, and Clear unless what
/// was known before is none of ours to forget.
struct Sync {
  bool use_success = false;
  bool clear = false;
};
Result<std::vector<rtmp::shared::Event>> to_sync(json::Element data, Sync sync);

using amf::common_form;

}  // namespace so::ingest
