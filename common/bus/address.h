#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace so::bus {

/// Where a hub listens. Written by people as ipc://PATH, absolute, or insecure+tcp://HOST:PORT:
/// what goes over tcp is neither secret nor authenticated, so whoever wants it has to write the
/// word.
struct Address {
  std::string endpoint;  // as ZeroMQ reads it
  std::string path;      // of an ipc socket; empty for tcp

  static Result<Address> parse(std::string_view text);
};

}  // namespace so::bus
