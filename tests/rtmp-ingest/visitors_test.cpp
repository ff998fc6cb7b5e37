// Who comes in: what proves it, what the policy knows of it, and when it ends.
#include <chrono>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "ingest_test.h"
#include "support/rules.h"
#include "token/keys.h"
#include "token/sign.h"

using namespace so;
using policy::Action;
using policy::Actions;
using test::IngestTest;

namespace {

constexpr std::string_view kWanted =
    "A token is wanted: ?token= in the URL or the name of the stream.";

std::shared_ptr<const token::Verifier> verifier() {
  return std::make_shared<const token::Verifier>(token::read_keys(kSecret).value(),
                                                 token::Expected{});
}
std::string made(std::string_view claims) {
  return token::sign(claims, kSecret).value();
}
std::string expiring(Seconds in) {
  const auto at = std::chrono::duration_cast<Seconds>(wall_now()) + in;
  return made(fmt::format(R"({{"role":"host","exp":{}}})", at.count()));
}

/// An edge where hosts alone may publish, and nobody does what he has not said who he is for.
struct Guarded : IngestTest {
  explicit Guarded(bool optional = false) : IngestTest(hub::Options{}, std::string{kAnonymous}) {
    edge.ingest.set_verifier(verifier(), optional);
    hub.set_policy(
        test::rules({test::for_role(test::allow(Actions{Action::kPublish}), "host"),
                     test::with_reason(test::deny(Actions{Action::kPublish}), "hosts only")}));
  }
  static constexpr std::string_view kAnonymous = R"({"role":"anonymous","door":"rtmp"})";

  std::unique_ptr<test::RtmpPeer> connects(const std::string& app, amf::Values arguments = {}) {
    auto peer = edge.peer();
    peer->words = in_words;
    rtmp::ConnectArguments connect;
    connect.app = app;
    connect.arguments = std::move(arguments);
    peer->session.connect(connect);
    peer->flush();
    return peer;
  }
  /// How publishing this name fares, in an app.
  std::string publishes(const std::string& app, const std::string& name,
                        amf::Values arguments = {}) {
    const auto peer = connects(app, std::move(arguments));
    if (auto said = peer->next(); said != "connected NetConnection.Connect.Success") return said;
    peer->session.create_stream();
    peer->flush();
    CHECK(peer->next() == "stream 1");
    peer->publish(name);
    return peer->next();
  }
  static std::string in_words(const rtmp::ClientEvent& event) {
    const auto* status = std::get_if<rtmp::StreamStatus>(&event);
    return status != nullptr ? status->code + ": " + status->description
                             : test::describe_event(event);
  }
};

const std::string kStarted = "NetStream.Publish.Start: publish started";
const std::string kDenied = "NetStream.Publish.Denied: ";

}  // namespace

TEST_CASE("a token comes in the URL, in the stream's name, or in connect's arguments") {
  Guarded test;
  const std::string host = made(R"({"sub":"ann","role":"host"})");
  CHECK(test.publishes("live?token=" + host, "a") == kStarted);
  CHECK(test.publishes("live", "b?token=" + host) == kStarted);
  CHECK(test.publishes("live?x=1", "c?y=2&token=" + host) == kStarted);
  const auto object = amf::Value::object({{"token", amf::Value::string(host)}});
  CHECK(test.publishes("live", "d", {amf::Value::number(1), object}) == kStarted);
  CHECK(test.publishes("live", "e", {object}) == kStarted);
}

TEST_CASE("what a token claims is what the policy is about, and nothing passes for it") {
  Guarded test;
  const std::string user = made(R"({"sub":"bob"})");
  CHECK(test.publishes("live", "cam?token=" + user) == kDenied + "hosts only");
  CHECK(test.publishes("live?role=host", "cam?role=host&token=" + user) == kDenied + "hosts only");
  // The name's own token counts for the name.
  const std::string host = made(R"({"role":"host"})");
  CHECK(test.publishes("live?token=" + user, "cam?token=" + host) == kStarted);
}

TEST_CASE("a token that is not good is refused where it comes, and why") {
  Guarded test;
  const std::string late = expiring(Seconds{-60});
  CHECK(test.publishes("live?token=x", "a") ==
        "refused NetConnection.Connect.Rejected: token: it is not three parts with dots between "
        "them");
  CHECK(test.publishes("live?token=" + late, "a")
            .starts_with("refused NetConnection.Connect.Rejected: token: it expired 6"));
  CHECK(test.publishes("live", "a?token=" + late).starts_with(kDenied + "token: it expired 6"));
}

TEST_CASE("of tokens that nobody has signed only so many are looked at") {
  Guarded test;
  test.edge.ingest.set_verifier(std::make_shared<const token::Verifier>(
                                    token::read_keys(kEcPublic).value(), token::Expected{}),
                                false);
  std::string forged = token::sign(R"({"role":"host"})", kEcPrivate).value();
  forged.replace(forged.size() - 4, 4, "AAAA");
  const std::string refused = "refused NetConnection.Connect.Rejected: token: ";
  std::string last = refused + "the signature is wrong";
  int looked_at = 0;  // five, and one more each second
  for (; looked_at < 1'000 && last == refused + "the signature is wrong"; ++looked_at)
    last = test.publishes("live?token=" + forged, "a");
  CHECK(looked_at > 5);
  CHECK(last == refused + "too many had wrong signatures; try again in a second");
}

TEST_CASE("who brings no token may do nothing, whatever it tries") {
  Guarded test;
  CHECK(test.publishes("live", "a") == kDenied + std::string{kWanted});
  const auto play = test.connects("live");
  CHECK(play->next() == "connected NetConnection.Connect.Success");
  play->session.create_stream();
  play->play("a");
  CHECK(play->next() == "stream 1");
  CHECK(play->next() == "NetStream.Play.Failed: " + std::string{kWanted});
  const auto object = test.connects("live");
  CHECK(object->next() == "connected NetConnection.Connect.Success");
  object->say({rtmp::shared::Use{}});
  CHECK(object->next() == "NetConnection.Connect.Rejected: " + std::string{kWanted});
  CHECK(object->next() == "closed");
  const auto call = test.connects("live");
  CHECK(call->next() == "connected NetConnection.Connect.Success");
  call->session.call("sum", {});
  call->flush();
  CHECK(call->next() == "NetConnection.Connect.Rejected: " + std::string{kWanted});
  CHECK(call->next() == "closed");
  CHECK(test.hub.list("/live") == "not_found");  // none of them has been in
}

TEST_CASE("where tokens are optional, who brings none is anonymous, a wrong one is refused") {
  Guarded test{true};
  CHECK(test.publishes("live", "a") == kDenied + "hosts only");
  CHECK(test.publishes("live", "a?token=" + made(R"({"role":"host"})")) == kStarted);
  CHECK(test.publishes("live?token=x", "a").starts_with("refused "));
}

TEST_CASE("a token in a name brings its client where it has connected to") {
  Guarded test;
  const auto peer = test.connects("chat/room1");
  CHECK(peer->next() == "connected NetConnection.Connect.Success");
  peer->session.create_stream();
  peer->publish("cam?token=" + made(R"({"role":"host"})"));
  CHECK(peer->next() == "stream 1");
  CHECK(peer->next() == kStarted);
  peer->say({rtmp::shared::Use{}});
  CHECK(peer->next() == "object so v1, in use, clear");
}

TEST_CASE("a connection ends with its token; other keys end none") {
  Guarded test;
  const auto peer = test.connects("live?token=" + expiring(Seconds{60}));
  const auto forever = test.connects("live?token=" + made(R"({"role":"host"})"));
  CHECK(peer->next() == "connected NetConnection.Connect.Success");
  CHECK(forever->next() == "connected NetConnection.Connect.Success");
  test.edge.ingest.set_verifier(
      std::make_shared<const token::Verifier>(
          token::read_keys("another secret of thirty-two bytes").value(), token::Expected{}),
      false);
  test.edge.ingest.close_expired(wall_now() + Seconds{60});  // clocks differ
  CHECK(peer->all().empty());
  test.edge.ingest.close_expired(wall_now() + Seconds{66});
  CHECK(peer->next() == "NetConnection.Connect.Closed: The token has expired.");
  CHECK(peer->next() == "closed");
  CHECK(forever->all().empty());
  CHECK(test.publishes("live?token=" + made(R"({"role":"host"})"), "a")
            .starts_with("refused NetConnection.Connect.Rejected: token: "));
}

namespace {

/// An edge that asks those who publish for user and password.
struct Asking : IngestTest {
  explicit Asking(bool all = false) {
    edge.ingest.set_users(
        {std::make_shared<const ingest::Passwords>(ingest::Passwords{{"ann", "s3cret"}}),
         rtmp::AuthScheme::kAdobe, all});
    hub.set_policy(test::rules({test::deny(Actions{Action::kPublish}, "/closed")}));
  }
  /// What comes of one connection; "" when it is let in and publishes what is called cam.
  std::string tries(const std::string& app, bool encoder = true) {
    const auto peer = edge.peer();
    peer->words = Guarded::in_words;
    rtmp::ConnectArguments connect;
    connect.app = app;
    if (encoder) connect.extra = {{"type", amf::Value::string("nonprivate")}};
    peer->session.connect(connect);
    peer->flush();
    if (auto said = peer->next(); said != "connected NetConnection.Connect.Success") {
      CHECK(peer->next() == "closed");
      return said;
    }
    peer->session.create_stream();
    peer->publish("cam");
    CHECK(peer->next() == "stream 1");
    return peer->next();
  }
  std::string logs_in(const std::string& app, std::string_view user, std::string_view password) {
    std::string said = tries(app);
    for (int step = 0; step < 2; ++step) {
      const auto answer = rtmp::auth_answer(said, app, user, password, "12345678");
      if (!answer) return answer.error().text;
      said = tries(app + *answer);
    }
    return said;
  }
};

}  // namespace

TEST_CASE("who publishes is asked for user and password, in three connections") {
  Asking test;
  CHECK(test.tries("live") ==
        "refused NetConnection.Connect.Rejected: [ AccessManager.Reject ] : "
        "[ code=403 need auth; authmod=adobe ] : ");
  CHECK(test.logs_in("live", "ann", "s3cret") == kStarted);
  CHECK(
      test.logs_in("live?x=1", "ann", "wrong").ends_with("[ authmod=adobe ] : ?reason=authfailed"));
  CHECK(test.logs_in("live", "bob", "s3cret").ends_with("?reason=authfailed"));
  CHECK(test.edge.ingest.counters().refused_proofs == 2);
}

TEST_CASE("who does not say that it publishes comes in, and publishes nothing") {
  Asking test;
  CHECK(test.tries("live", false) == kDenied + "User and password are wanted.");
  Asking all{true};
  CHECK(all.tries("live", false).find("need auth") != std::string::npos);
}

TEST_CASE("the policy knows the user, and nothing of how it was asked") {
  Asking test;
  auto rule = test::allow(Actions{Action::kPublish});
  rule.claims = {{"sub", {R"("ann")"}}, {"role", {R"("user")"}}, {"query.x", {R"("1")"}}};
  test.hub.set_policy(test::rules({rule, test::deny(Actions{Action::kPublish})}));
  CHECK(test.logs_in("live?x=1", "ann", "s3cret") == kStarted);
  CHECK(test.logs_in("live", "ann", "s3cret").starts_with(kDenied));
}

TEST_CASE("a token does as well as a password, and a password as a token") {
  Asking test;
  test.edge.ingest.set_verifier(verifier(), false);
  CHECK(test.logs_in("live", "ann", "s3cret") == kStarted);
  CHECK(test.tries("live/a?token=" + made(R"({"sub":"bob"})")) == kStarted);
}
