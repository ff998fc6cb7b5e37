#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace so::ctl {

enum class Verb { kGet, kChange, kDrop, kWatch, kList, kCall, kServe, kKick };

/// What a person asked for, checked and in the words of the bus.
struct Command {
  Verb verb{};
  std::string scope = "/";
  std::string object;
  std::string key;                   // get; empty: the whole object
  std::string changes;               // set, del, clear, send: the body of the bus's change
  bool repeatable = false;           // the door can tell a change sent again from another one
  std::string method;                // call, serve
  std::string args = "[]";           // call: JSON
  std::string to;                    // call: a member; empty: whoever serves the method
  std::vector<std::string> command;  // serve; empty: calls go out, results come in
  std::size_t jobs = 4;              // serve: commands at once
  bool share = false;                // serve
  std::string member;                // kick
  std::string reason;
  bool persistent = false;
  bool tree = false;                 // ls for people
  std::optional<std::size_t> count;  // watch: lines
  std::optional<Millis> timeout;     // of an answer; of watch as a whole
};

}  // namespace so::ctl
