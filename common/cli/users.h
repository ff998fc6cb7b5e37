#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::cli {

/// By name; the passwords as they are, since encoders answer with sums of them.
using Passwords = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t kMaxUsers = 10'000;

/// Who may say who he is with user and password: --users and its companions, `users` in the file.
struct Users {
  std::string file;                              // NAME:PASSWORD a line; empty: there are no users
  std::string ask = "publish";                   // whom: who wants to publish, or "all"
  std::string scheme = "adobe";                  // in what way: this, or "llnw"
  std::shared_ptr<const Passwords> passwords{};  // nullptr: there is no file

  /// Whether nobody comes in without having said who it is.
  [[nodiscard]] bool required() const { return !file.empty() && ask == "all"; }
};

/// Lines "NAME:PASSWORD"; empty ones and those that begin with # are passed over. A name is of
/// letters, digits and -._~@, as it stands in URLs. The error names the line, never what is in it.
Result<Passwords> parse_passwords(std::string_view text, std::string_view file);

/// A file that others may read is an error.
Result<std::shared_ptr<const Passwords>> read_passwords(const std::string& file);

/// What a tool does on SIGHUP: the same file as it is now; one that is wrong leaves all as it was.
/// Says on the log what came of it. Whether they were read.
bool passwords_again(Users& users);

}  // namespace so::cli
