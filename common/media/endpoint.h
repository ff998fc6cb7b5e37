#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::media {

/// Where a stream is to be had, as the hub is told: ipc://PATH, tcp://HOST:PORT#KEY with the public
/// key of who publishes it, or tcp://HOST:PORT, where nobody proves anything.
struct Endpoint {
  std::string address;  // as ZeroMQ reads it
  std::string key;      // 40 characters; empty: there is none

  static Result<Endpoint> parse(std::string_view text);
};

/// Where a process binds the sockets of its streams: a folder, for this machine alone, or
/// tcp://HOST, tcp://HOST:PORT-PORT, for all that reach it.
struct Place {
  std::string folder;       // empty: tcp
  std::string host;         // one that others can connect to
  std::uint16_t first = 0;  // of the ports that may be taken; 0: any that is free
  std::uint16_t last = 0;

  static Result<Place> parse(std::string_view text);
};

}  // namespace so::media
