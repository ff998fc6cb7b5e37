#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "rtmp/authmod.h"

namespace so::rtmp {

/// Asks encoders for user and password, and knows a right answer. A challenge is a ticket signed by
/// us, so what an unanswered one costs is nothing; it is good once, from the address it was given
/// to, for options.ticket. A user that does not exist is asked as any other, and fails as one whose
/// password is wrong.
class AuthServer {
 public:
  struct Options {
    AuthScheme scheme = AuthScheme::kAdobe;  // that is asked for; who comes with the other may
    Seconds ticket{30};                      // encoders are back within a second
    unsigned failures = 10;                  // of one address, in `window`; more are not looked at
    Seconds window{60};
    std::size_t remembered = 4096;  // tickets answered, and addresses that have failed, each
  };
  /// The password of a user; nullopt: there is none.
  using Passwords = std::function<std::optional<std::string>(std::string_view user)>;

  /// The secret signs tickets: random bytes that nobody else has.
  AuthServer(const Options& options, Bytes secret, Passwords passwords);

  /// Whom this app proves to be there: its user. Else the description of the refusal, kRefused,
  /// which may ask for more. `where` is the peer's network, without a port.
  Result<std::string> check(const AppAndAuth& app, std::string_view where, TimePoint now);

 private:
  struct Failures {
    unsigned count = 0;
    TimePoint until{};
  };

  [[nodiscard]] std::string ask(const AuthWords& words, std::string_view where, TimePoint now);
  [[nodiscard]] std::string sign(std::string_view head, std::string_view user,
                                 std::string_view where) const;
  [[nodiscard]] std::string salt_of(std::string_view user) const;
  [[nodiscard]] bool take_ticket(const AuthWords& words, std::string_view where, TimePoint now);
  [[nodiscard]] bool may_try(std::string_view where, TimePoint now);
  void failed(std::string_view where, TimePoint now);

  Options options_;
  Bytes secret_;
  Passwords passwords_;
  std::uint64_t last_ = 0;                                 // ticket
  std::map<std::uint64_t, TimePoint> answered_;            // tickets, in the order of their ends
  std::map<std::string, Failures, std::less<>> failures_;  // by address
};

}  // namespace so::rtmp
