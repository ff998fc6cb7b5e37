// User and password of encoders: known answers, and the two sides against each other.
#include "rtmp/authmod.h"

#include <array>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "rtmp/auth_server.h"

using namespace so;
using namespace so::rtmp;

namespace {

std::optional<std::string> passwords(std::string_view user) {
  if (user == "ann") return "se:cr&et";
  if (user == "bob") return "bob's";
  return std::nullopt;
}

/// Both sides, and the three connections between them.
struct AuthPair {
  explicit AuthPair(const AuthServer::Options& options = {})
      : server(options, Bytes(32, 7), passwords) {}

  AuthServer server;
  TimePoint now{};
  std::string where = "192.0.2.1";

  std::string asks(const std::string& app) {
    const auto known = server.check(split_auth(app), where, now);
    return known ? "in: " + *known : known.error().text;
  }
  /// What comes of connecting to the app, in as many steps as it takes.
  std::string connects(const std::string& app, std::string_view user, std::string_view password) {
    std::string said = asks(app);
    for (int step = 0; step < 2; ++step) {
      const auto answer = auth_answer(said, app, user, password, "00c0ffee");
      if (!answer) return answer.error().text;
      last = app + *answer;
      said = asks(last);
    }
    return said;
  }
  std::string last;  // app that was tried
};

constexpr auto kFailed = "[ AccessManager.Reject ] : [ authmod=adobe ] : ?reason=authfailed";

AuthServer::Options with(AuthScheme scheme) {
  AuthServer::Options options;
  options.scheme = scheme;
  return options;
}

}  // namespace

TEST_CASE("authmod: the answers that encoders give") {
  const AuthWords adobe{AuthScheme::kAdobe, "alice", "OPQ", "00000001", "", ""};
  CHECK(auth_response(adobe, "SALT", "", "secret") == "aaTRD1sZDJWkOQDep373nA==");
  const AuthWords llnw{AuthScheme::kLlnw, "alice", "NONCE", "0000abcd", "00000001", ""};
  CHECK(auth_response(llnw, "", "live", "secret") == "dd4e95e51a6faf86d6d40cf56369babf");
}

TEST_CASE("authmod: words behind an app are taken off it") {
  struct Case {
    std::string_view app;
    AppAndAuth split;
  };
  const std::array cases{
      Case{"live", {"live"}},
      Case{"live?x=1", {"live?x=1"}},
      Case{"live?authmod=adobe&user=ann", {"live", AuthWords{.user = "ann"}}},
      Case{"live?x=1?authmod=adobe&user=ann", {"live?x=1", AuthWords{.user = "ann"}}},
      Case{"a/b?x=1&authmod=llnw&user=u&nonce=N&cnonce=C&nc=1&response=R",
           {"a/b?x=1", AuthWords{AuthScheme::kLlnw, "u", "N", "C", "1", "R"}}},
      Case{"live?authmod=adobe&user=u&challenge=C&response=a+/==&opaque=O",
           {"live", AuthWords{AuthScheme::kAdobe, "u", "O", "C", "", "a+/=="}}},
      Case{"live?authmod=other&user=ann", {"live"}},
      Case{"authmod=adobe", {"authmod=adobe"}},
      Case{"live/authmod=adobe", {"live/authmod=adobe"}},
      Case{"live?authmod=adobe", {"live", AuthWords{}}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.app);
    const AppAndAuth split = split_auth(c.app);
    CHECK(split.app == c.split.app);
    CHECK(split.words == c.split.words);
  }
}

TEST_CASE("authmod: client and server agree, in either way and whatever the app is") {
  for (const AuthScheme scheme : {AuthScheme::kAdobe, AuthScheme::kLlnw}) {
    for (const auto* app : {"live", "live/room", "live?x=1"}) {
      AuthPair pair{with(scheme)};
      CHECK(pair.connects(app, "ann", "se:cr&et") == "in: ann");
      CHECK(pair.connects(app, "bob", "bob's") == "in: bob");
      CHECK(pair.connects(app, "ann", "secret").ends_with("?reason=authfailed"));
    }
  }
}

TEST_CASE("authmod: a wrong password and a user that does not exist look alike") {
  AuthPair pair;
  const std::string wrong = pair.connects("live", "ann", "x");
  const std::string nobody = pair.connects("live", "nobody", "x");
  CHECK(wrong == kFailed);
  CHECK(nobody == kFailed);
  CHECK(pair.connects("live", "", "") == "user or password are wrong");
  const std::string one = pair.asks("live?authmod=adobe&user=ann");
  const std::string other = pair.asks("live?authmod=adobe&user=nob");
  CHECK(one.size() == other.size());
  const auto salt = [](const std::string& asked) { return asked.substr(asked.find("&salt="), 28); };
  CHECK(salt(other) == salt(pair.asks("live?authmod=adobe&user=nob")));  // as a stored one is
  CHECK(salt(other) != salt(one));
}

TEST_CASE("authmod: an answer is good once, for a while, from where it was asked for") {
  AuthPair pair;
  CHECK(pair.connects("live", "ann", "se:cr&et") == "in: ann");
  CHECK(pair.asks(pair.last) == kFailed);  // heard and said again
  pair.now += Seconds{120};
  const std::string asked = pair.asks("live?authmod=adobe&user=ann");
  const std::string answer =
      "live" + auth_answer(asked, "live", "ann", "se:cr&et", "00c0ffee").value();
  pair.where = "192.0.2.2";
  CHECK(pair.asks(answer) == kFailed);
  pair.where = "192.0.2.1";
  pair.now += Seconds{31};
  CHECK(pair.asks(answer) == kFailed);
  pair.now -= Seconds{2};
  CHECK(pair.asks(answer) == "in: ann");
  // Nobody makes a ticket of his own.
  AuthServer other{{}, Bytes(32, 8), passwords};
  const auto theirs = other.check(split_auth("live?authmod=adobe&user=ann"), pair.where, pair.now);
  CHECK(pair.asks("live" +
                  auth_answer(theirs.error().text, "live", "ann", "se:cr&et", "1").value()) ==
        kFailed);
}

TEST_CASE("authmod: guesses from one address are counted, those from others are not") {
  AuthServer::Options options;
  options.failures = 3;
  AuthPair pair{options};
  for (int i = 0; i < 3; ++i) CHECK(pair.connects("live", "ann", "guess") == kFailed);
  CHECK(pair.connects("live", "ann", "se:cr&et") == kFailed);
  pair.where = "192.0.2.2";
  CHECK(pair.connects("live", "ann", "se:cr&et") == "in: ann");
  pair.where = "192.0.2.1";
  pair.now += Seconds{61};
  CHECK(pair.connects("live", "ann", "se:cr&et") == "in: ann");
}

TEST_CASE("authmod: what is remembered is bounded, and full means no") {
  AuthServer::Options options;
  options.remembered = 2;
  AuthPair pair{options};
  CHECK(pair.connects("live", "ann", "se:cr&et") == "in: ann");
  CHECK(pair.connects("live", "ann", "se:cr&et") == "in: ann");
  CHECK(pair.connects("live", "ann", "se:cr&et") == kFailed);
  pair.now += Seconds{31};
  CHECK(pair.connects("live", "ann", "se:cr&et") == "in: ann");
}
