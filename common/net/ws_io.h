#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <sys/uio.h>

struct lws;

namespace so::net {

/// What a descriptor of libwebsockets took or gave. Neither bytes nor ended: not now.
struct Transfer {
  std::size_t bytes = 0;
  bool ended = false;  // broken, or the peer says no more
};

/// Past the library.
Transfer receive(lws* wsi, std::span<std::uint8_t> into);
Transfer transmit(lws* wsi, std::span<const iovec> from);

}  // namespace so::net
