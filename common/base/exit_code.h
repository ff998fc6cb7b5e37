#pragma once

#include "base/result.h"

namespace so {

/// What a shell sees; one table for all tools, printed in every man page.
enum class Exit : int {
  kOk = 0,
  kFailure = 1,          // anything not below
  kUsage = 2,            // option or configuration, before any network
  kUnreachable = 3,      // cannot connect, or lost
  kUnauthenticated = 4,  // credentials missing or wrong
  kRefused = 5,          // understood and not allowed
  kProtocol = 6,         // the peer sent nonsense
  kContinuity = 7,       // something was missed
  kNotFound = 8,         // no such object, stream or method
  kPartial = 9,          // some records were not acknowledged
  kTimeout = 27,         // --timeout ended it
};

constexpr int to_int(Exit exit) {
  return static_cast<int>(exit);
}

constexpr Exit exit_for(Code code) {
  switch (code) {
    case Code::kPeer:
      return Exit::kProtocol;
    case Code::kUsage:
      return Exit::kUsage;
    case Code::kUnreachable:
      return Exit::kUnreachable;
    case Code::kRefused:
      return Exit::kRefused;
    case Code::kNotFound:
      return Exit::kNotFound;
    case Code::kLimit:
    case Code::kSystem:
      return Exit::kFailure;
  }
  return Exit::kFailure;
}

}  // namespace so
