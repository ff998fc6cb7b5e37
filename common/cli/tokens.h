#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "token/verifier.h"

namespace so::cli {

/// How clients prove who they are: --token-key and its companions, `tokens` in the file.
struct Tokens {
  std::vector<std::string> files;  // of keys; none: tokens are not looked at
  std::string issuer;
  std::string audience;
  bool optional = false;                              // who brings none comes in as anonymous
  std::shared_ptr<const token::Verifier> verifier{};  // nullptr: there are no files
  std::vector<bool> secret{};                         // by file, of those in force: it has one

  /// Whether nobody comes in without having said who it is.
  [[nodiscard]] bool required() const { return !files.empty() && !optional; }
};

/// Puts in force what is in all files. The error names the one that is wrong, and nothing changes.
/// Wrong is, too, a file with a secret that had only public keys when it was read before: whatever
/// has come over them may be known to many.
Status read_keys(Tokens& tokens);

/// What a tool does on SIGHUP: the same files as they are now; one that is wrong leaves all as it
/// was. Says on the log what came of it. Whether the keys are others now.
bool keys_again(Tokens& tokens);

}  // namespace so::cli
