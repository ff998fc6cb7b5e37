#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace so::bus {

/// Where a hub listens. Written by people as ipc://PATH, absolute, tcp://HOST:PORT, which needs
/// keys, or insecure+tcp://HOST:PORT: what goes there is neither secret nor authenticated, so
/// whoever wants that has to write the word.
struct Address {
  std::string endpoint;  // as ZeroMQ reads it
  std::string path;      // of an ipc socket; empty for tcp
  bool keys = false;     // both ends prove with keys who they are

  static Result<Address> parse(std::string_view text);
};

}  // namespace so::bus
