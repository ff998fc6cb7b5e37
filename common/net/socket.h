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
/// acknowledges nothing for 30 s, and at most 128 KiB unsent in the kernel, so that our queues see
/// early who is slow.
void tune(int socket);

/// Raises the soft limit of open descriptors towards `wanted`, as far as the hard limit allows;
/// returns the limit now in force. libwebsockets sizes two tables by it, 16 bytes a descriptor, so
/// the limit is raised to what is needed and not to what is possible.
std::size_t raise_descriptor_limit(std::size_t wanted);

}  // namespace so::net
