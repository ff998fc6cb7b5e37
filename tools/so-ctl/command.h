#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/time.h"

namespace so::ctl {

enum class Verb { kGet, kChange, kDrop, kWatch, kList };

/// What a person asked for, checked and in the words of the bus.
struct Command {
  Verb verb{};
  std::string scope = "/";
  std::string object;
  std::string key;          // get; empty: the whole object
  std::string changes;      // set, del, clear, send: the body of the bus's change
  bool repeatable = false;  // the door can tell a change sent again from another one
  bool persistent = false;
  bool tree = false;                 // ls for people
  std::optional<std::size_t> count;  // watch: lines
  std::optional<Millis> timeout;     // of an answer; of watch as a whole
};

}  // namespace so::ctl
