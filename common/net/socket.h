#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/address.h"

namespace so::net {

/// The words of an errno, in lower case.
std::string error_text(int number);
/// "unable to <doing what>: <the words of errno>".
tl::unexpected<Error> system_error(std::string_view doing);

/// A non-blocking listening socket.
Result<UniqueFd> listening_socket(const Address& address, bool reuse_port, int backlog);

/// For every TCP connection: no Nagle delay, keep-alive after 30 s, give up on a peer that
/// acknowledges nothing for 45 s, and at most 128 KiB unsent in the kernel, so that our queues see
/// early who is slow.
void tune(int socket);

/// Sets the soft limit of open descriptors to the most that anybody in the process has wanted, or
/// to the hard limit if that is lower; returns what it is now. Down, too: libwebsockets fills two
/// tables of that size, 16 bytes a descriptor, and containers like to grant a million.
std::size_t set_descriptor_limit(std::size_t wanted);

}  // namespace so::net
