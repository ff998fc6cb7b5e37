#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "command.h"
#include "token_verb.h"

namespace so::ctl {

/// Options and arguments as they were typed.
struct Words {
  std::string at, count, timeout, jobs, every, speed, token_file, lasting, lifetime;
  TokenPlan token;
  bool text = false;
  bool json = false;
  std::vector<std::string> rest;  // of the verb
};

inline Status fail_usage(std::string text) {
  return fail(Code::kUsage, std::move(text));
}

/// What follows the scope; command.verb is set, `verb` is its name.
Status read_rest(const Words& words, std::string_view verb, Command& command);

}  // namespace so::ctl
