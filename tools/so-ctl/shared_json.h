#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json/read.h"
#include "rtmp/shared_object_message.h"

namespace so::ctl {

// What RTMP says of a shared object, in the JSON of scopewire-ws(7), and back.

/// The requests for {"changes":[...]}.
Result<std::vector<rtmp::shared::Event>> to_requests(std::string_view changes);

/// Whether the message is what the author of this request is told when it is done. Of another's
/// removal, message or clear of the same name it cannot be told apart; that comes to the same.
bool answers(const rtmp::shared::Event& request, const rtmp::SharedObjectMessage& message);

/// {"event":"sync",...} of an answer to Use, {"event":"change",...} of anything else that happened;
/// empty if it says nothing to somebody who watches.
std::string to_event(std::string_view scope, const rtmp::SharedObjectMessage& message);

}  // namespace so::ctl
