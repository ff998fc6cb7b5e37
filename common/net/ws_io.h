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
  std::size_t offered = 0;  // TLS, and not now: so many have to be offered again, the same ones
  bool ended = false;       // broken, or the peer says no more
};

/// Past the library, through its TLS where there is one.
Transfer receive(lws* wsi, std::span<std::uint8_t> into);
Transfer transmit(lws* wsi, std::span<const iovec> from);

/// More can be read although the descriptor has nothing: TLS comes in records.
bool buffered(lws* wsi);
/// Ends TLS without waiting for the peer's word, as the library would.
void say_goodbye(lws* wsi);

}  // namespace so::net
