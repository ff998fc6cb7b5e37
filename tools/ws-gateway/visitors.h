#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/conn_id.h"
#include "net/forgeries.h"
#include "net/http.h"
#include "policy/credentials.h"
#include "token/verifier.h"

namespace so::gateway {

/// What is known of whoever comes in.
struct Visitor {
  policy::Credentials credentials;    // for the policy: those of its token, and the door
  std::string user;                   // the token's `sub`; empty: nobody in particular
  std::optional<WallMillis> expires;  // nullopt: never
  bool anonymous = true;              // it brought no token
};

/// Who comes in, and for how long: by token, scopewire-ws(7), TOKENS. Without keys everybody is
/// anonymous. What is kept for a connection: its user and when its token ends.
class Visitors {
 public:
  Visitors();

  /// The keys from now on. Who is in stays in; nullptr: there are none.
  void set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional);

  /// Who asks. An error is for status_of().
  Result<Visitor> of(const net::HttpRequest& request, WallMillis now);
  /// 401, or 429 where nobody has looked at the token.
  [[nodiscard]] static int status_of(const Error& error);
  /// Whether it brings a token, and as a cookie, which browsers send by themselves: it counts where
  /// the page is of an origin that was named, or there is none.
  [[nodiscard]] static bool by_cookie(const net::HttpRequest& request);
  /// The request as it may be told to others: no token in it.
  [[nodiscard]] static net::HttpRequest without_token(net::HttpRequest request);
  /// Whether tokens are looked at.
  [[nodiscard]] bool has_keys() const { return verifier_ != nullptr; }
  /// Who brings this token; `source` is for net::Forgeries.
  Result<Visitor> of_token(const std::string& token, const std::string& source, WallMillis now);

  /// The connection is this visitor's; what it brought before counts no longer.
  void admit(net::ConnId id, const Visitor& visitor);
  void closed(net::ConnId id);
  [[nodiscard]] const std::string& user(net::ConnId id) const;
  [[nodiscard]] std::optional<WallMillis> expires(net::ConnId id) const;
  /// Those whose tokens have expired, for good; each is told once.
  std::vector<net::ConnId> take_expired(WallMillis now);

 private:
  struct Admitted {
    std::string user;
    std::optional<WallMillis> expires;
  };

  Result<Visitor> look_at(std::string_view token, WallMillis now) const;

  std::shared_ptr<const token::Verifier> verifier_;
  bool optional_ = true;
  Visitor anonymous_;
  std::unordered_map<net::ConnId, Admitted> admitted_;  // by token
  std::set<std::pair<WallMillis, net::ConnId>> ends_;   // of tokens
  // A handshake asks twice, clients come back, and a signature costs a millisecond or two.
  std::unordered_map<std::string, Visitor> known_;  // by token
  net::Forgeries forgeries_;
};

}  // namespace so::gateway
