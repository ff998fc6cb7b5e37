#pragma once

#include "bus/client.h"
#include "wsproto/request.h"

namespace so::gateway {

/// Asks the hub what needs no more than an answer. False: it is something else, and nothing was
/// asked.
bool ask_hub(bus::Client& hub, std::uint64_t member, const wsproto::Request& request,
             const bus::Done& done);

}  // namespace so::gateway
