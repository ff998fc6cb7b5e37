#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace so::ctl {

/// A token that so-ctl is to make.
struct TokenPlan {
  std::string key;     // a file with a secret, or a private key in PEM
  std::string sub;     // empty: none
  std::string role;    // empty: none
  std::string claims;  // more of them, a JSON object; empty: no more
  Millis lasting{3'600'000};
};

/// The token, signed with what is in the file.
Result<std::string> make_token(const TokenPlan& plan, WallMillis now);

/// What is in a file of --token-file: one token, and white space around it.
Result<std::string> read_token(const std::string& file);

}  // namespace so::ctl
