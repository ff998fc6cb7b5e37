#pragma once

#include <string>

#include "bus/client.h"
#include "wsproto/request.h"

namespace so::gateway {

/// Asks the hub what needs no more than an answer. False: it is something else, and nothing was
/// asked.
bool ask_hub(bus::Client& hub, std::uint64_t member, const wsproto::Request& request,
             const bus::Done& done);

/// Changes nothing, and is answered with as much as there is.
bool reads(wire::Kind kind);

/// Who reads a mailbox and names none means its own.
void name_identity(wsproto::Request& request, const std::string& user);

}  // namespace so::gateway
