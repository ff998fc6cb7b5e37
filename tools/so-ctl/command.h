#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace so::ctl {

enum class Verb {
  kGet,
  kChange,
  kDrop,
  kWatch,
  kRecord,
  kReplay,
  kBench,
  kList,
  kCall,
  kServe,
  kKick,
  kInbox,
  kNotify,
  kEmit,
  // Over the bus only.
  kStat,
  kTop,
  kExport,
  kImport,
  // By themselves.
  kKeygen,
  kCompletion,
  kToken,
};

/// What a person asked for, checked and in the words of the bus.
struct Command {
  Verb verb{};
  std::string scope = "/";
  std::string object;
  std::string key;                   // get; empty: the whole object
  std::string changes;               // set, del, clear, send: the body of the bus's change
  std::string method;                // call, serve; emit: the event
  std::string args = "[]";           // call: JSON
  std::string to;                    // call, emit: a member; empty: whoever serves it, all
  std::string route;                 // emit: those who came by it; empty: all
  std::vector<std::string> command;  // serve; empty: calls go out, results come in
  std::size_t jobs = 4;              // serve: commands at once
  std::string identity;              // inbox, notify
  std::string message;               // notify, emit: the body of the bus's
  std::optional<Millis> lifetime;    // inbox: of the mailbox
  std::uint64_t connections = 1;     // inbox: that read it at a time
  std::string member;                // kick
  std::string reason;
  std::optional<std::size_t> count;  // watch, record: lines; top: screens; bench: writes
  double speed = 1;                  // replay: of the recording; 0: as fast as it goes
  std::uint64_t under_way = 64;      // bench: writes without an answer
  std::uint64_t bytes = 100;         // bench: of a value
  Millis every{1000};                // top: between two screens
  std::optional<Millis> timeout;     // of an answer; of watch as a whole
  bool pattern = false;              // drop: the object is a pattern of names
  bool repeatable = false;           // the door can tell a change sent again from another one
  bool share = false;                // serve
  bool persistent = false;
  bool tree = false;     // ls for people
  bool streams = false;  // ls: of the streams alone
  bool all = false;      // export: objects that are not persistent too
};

}  // namespace so::ctl
