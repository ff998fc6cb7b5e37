#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/loop.h"

namespace so::net {

struct ChildOptions {
  std::vector<std::string> command;  // the program, looked for in PATH, and its words; no NULs
  std::vector<std::pair<std::string, std::string>> environment{};  // besides our own
  std::string input{};                               // what it may read from standard input
  std::size_t output_bytes = std::size_t{1} << 20U;  // more ends it
  std::size_t error_bytes = 4096;                    // of standard error; the last are kept
};

/// How a command ended.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;         // that has ended it; 0: none
  bool too_much = false;  // it has written more than output_bytes, and was ended for that
  std::string output;     // as it wrote it
  std::string errors;
};

/// A command that is run once: it is given its input whole, and what it writes is collected. It has
/// a session of its own, so that it ends with all that it has started there. One without a Child
/// any more is killed.
class Child {
 public:
  /// `ended` comes once, from the loop, when the command has ended and nobody has its standard
  /// output and error open any more; it may destroy the Child. Not found or not to be executed:
  /// kNotFound, kSystem.
  static Result<std::unique_ptr<Child>> start(Loop& loop, ChildOptions options,
                                              std::function<void(const ChildEnd&)> ended);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  struct State;
  explicit Child(State* state);
  State* state_;  // nullptr: it has ended. Outlives us until libuv has closed its handles
};

}  // namespace so::net
