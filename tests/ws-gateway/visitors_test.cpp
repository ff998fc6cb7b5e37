#include "visitors.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"
#include "token/keys.h"
#include "token/sign.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

std::shared_ptr<const token::Verifier> verifier() {
  return std::make_shared<const token::Verifier>(token::read_keys(kSecret).value(),
                                                 token::Expected{});
}
std::string made(std::string_view claims) {
  return token::sign(claims, kSecret).value();
}
std::string expiring(std::string_view sub, Millis in) {
  const auto at = std::chrono::duration_cast<Seconds>(wall_now() + in).count();
  return made(fmt::format(R"({{"sub":"{}","exp":{}}})", sub, at));
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("where a token is looked for, the first place first") {
  gateway::Visitors visitors;
  visitors.set_verifier(verifier(), false);
  const auto user = [&](const net::HttpRequest& request) {
    const auto visitor = visitors.of(request, wall_now());
    return visitor ? visitor->user : visitor.error().text;
  };
  net::HttpRequest request;
  CHECK(user(request).starts_with("a token is wanted"));
  request.cookie = "x=1; scopewire_tokens=y; scopewire_token=" + made(R"({"sub":"cookie"})");
  CHECK(user(request) == "cookie");
  request.query.emplace_back("token", made(R"({"sub":"query"})"));
  CHECK(user(request) == "query");
  request.authorization = "Basic xyz";
  CHECK(user(request) == "query");
  request.authorization = "Bearer " + made(R"({"sub":"header"})");
  CHECK(user(request) == "header");
  request.authorization = "bEARER " + made(R"({"sub":"either case"})");
  CHECK(user(request) == "either case");
  CHECK_FALSE(gateway::Visitors::by_cookie(request));
  request.authorization = "Bearer x";
  CHECK(user(request) == "token: it is not three parts with dots between them");
}

TEST_CASE("a cookie counts only for pages whose origin was named, and for who is no page") {
  gateway::Visitors visitors;
  visitors.set_verifier(verifier(), true);
  net::HttpRequest request;
  request.cookie = "scopewire_token=" + made(R"({"sub":"victim"})");
  const auto user = [&] { return visitors.of(request, wall_now())->user; };
  CHECK(user() == "victim");
  request.origin = "https://evil.example";
  request.welcome = net::Welcome::kAnyone;
  CHECK(user().empty());
  CHECK_FALSE(gateway::Visitors::by_cookie(request));
  request.query.emplace_back("token", made(R"({"sub":"evil"})"));
  CHECK(user() == "evil");
  request.query.clear();
  request.welcome = net::Welcome::kNamed;
  CHECK(user() == "victim");
  CHECK(gateway::Visitors::by_cookie(request));
  visitors.set_verifier(verifier(), false);
  CHECK(visitors.of(request, wall_now()));
  request.welcome = net::Welcome::kAnyone;
  CHECK_FALSE(visitors.of(request, wall_now()));
}

TEST_CASE("without keys all are anonymous, and so is who brings none where it may") {
  gateway::Visitors visitors;
  net::HttpRequest request;
  request.query.emplace_back("token", "x");
  CHECK(visitors.of(request, wall_now())->anonymous);
  CHECK(visitors.of(request, wall_now())->credentials.text() ==
        R"({"role":"anonymous","door":"ws"})");
  visitors.set_verifier(verifier(), true);
  CHECK_FALSE(visitors.of(request, wall_now()));
  request.query.clear();
  CHECK(visitors.of(request, wall_now())->anonymous);
}

TEST_CASE("of tokens that nobody has signed only so many are looked at") {
  gateway::Visitors visitors;
  visitors.set_verifier(std::make_shared<const token::Verifier>(token::read_keys(kEcPublic).value(),
                                                                token::Expected{}),
                        false);
  const auto signed_for = [](std::string_view user) {
    return token::sign(fmt::format(R"({{"sub":"{}"}})", user), kEcPrivate).value();
  };
  const auto status = [&](const std::string& token, const std::string& host) {
    net::HttpRequest request;
    request.peer.host = host;
    request.authorization = "Bearer " + token;
    const auto visitor = visitors.of(request, wall_now());
    return visitor ? 101 : gateway::Visitors::status_of(visitor.error());
  };
  const std::string known = signed_for("ann");
  std::string forged = signed_for("bob");
  forged.replace(forged.size() - 4, 4, "AAAA");
  CHECK(status(known, "192.0.2.1") == 101);
  for (int i = 0; i < 5; ++i) CHECK(status(forged, "192.0.2.1") == 401);
  CHECK(status(forged, "192.0.2.1") == 429);
  CHECK(status(signed_for("carl"), "192.0.2.1") == 429);
  CHECK(status(known, "192.0.2.1") == 101);
  CHECK(status(signed_for("dora"), "192.0.2.2") == 101);
}

TEST_CASE("the door is ours to say") {
  gateway::Visitors visitors;
  visitors.set_verifier(verifier(), false);
  const auto visitor = visitors.of_token(made(R"({"door":"bus","role":"host"})"), "", wall_now());
  REQUIRE(visitor);
  CHECK(visitor->credentials.text() == R"({"role":"host","door":"ws"})");
}

TEST_CASE("a request without its token has all else") {
  net::HttpRequest request;
  request.authorization = "Bearer x";
  request.query = {{"a", "1"}, {"token", "x"}, {"b", ""}};
  request.cookie = "a=1; scopewire_token=x;b=2; scopewire_tokens=3";
  const net::HttpRequest without = gateway::Visitors::without_token(request);
  CHECK(without.authorization.empty());
  CHECK(without.query == std::vector<std::pair<std::string, std::string>>{{"a", "1"}, {"b", ""}});
  CHECK(without.cookie == "a=1; b=2; scopewire_tokens=3");
}

TEST_CASE("a token that was good is looked at again when it has expired, and with other keys") {
  gateway::Visitors visitors;
  visitors.set_verifier(verifier(), false);
  net::HttpRequest request;
  request.authorization = "Bearer " + expiring("ann", Millis{60'000});
  const WallMillis now = wall_now();
  CHECK(visitors.of(request, now));
  CHECK(visitors.of(request, now));
  CHECK_FALSE(visitors.of(request, now + Millis{70'000}));
  CHECK(visitors.of(request, now));
  visitors.set_verifier(
      std::make_shared<const token::Verifier>(
          token::read_keys("another secret of thirty-two bytes").value(), token::Expected{}),
      false);
  CHECK_FALSE(visitors.of(request, now));
}

TEST_CASE("tokens end in their order, each once, and not after the connection") {
  gateway::Visitors visitors;
  const auto admit = [&](std::uint64_t id, std::optional<WallMillis> expires) {
    gateway::Visitor visitor;
    visitor.anonymous = false;
    visitor.expires = expires;
    visitors.admit(net::ConnId{id}, visitor);
  };
  using Ids = std::vector<net::ConnId>;
  admit(1, WallMillis{3000});
  admit(2, WallMillis{1000});
  admit(3, WallMillis{2000});
  admit(4, std::nullopt);
  visitors.closed(net::ConnId{3});
  CHECK(visitors.take_expired(WallMillis{5999}).empty());
  CHECK(visitors.take_expired(WallMillis{6000}) == Ids{net::ConnId{2}});
  admit(1, WallMillis{9000});  // refreshed
  CHECK(visitors.take_expired(WallMillis{10'000}).empty());
  CHECK(visitors.take_expired(WallMillis{99'000}) == Ids{net::ConnId{1}});
}

TEST_CASE("who brings no token, or a bad one, is refused before the handshake is done") {
  GatewayTest test;
  test.gateway.set_verifier(verifier(), false);
  for (const std::size_t listener : {0U, 1U}) {
    CHECK(test.server.ask("/chat/room1", listener).starts_with("401: a token is wanted"));
    CHECK(test.server.ask("/chat/room1?token=x", listener).starts_with("401: token: "));
    CHECK(test.server.ask("/chat/room1?token=" + made("{}"), listener) == "101");
  }
}

TEST_CASE("hello says who one is, and the hub knows") {
  GatewayTest test{{}, "", R"({"role":"anonymous"})"};
  policy::Policy::Tables tables;
  policy::Rule rule;
  rule.actions = policy::Actions{policy::Action::kWrite};
  rule.scope = policy::ScopeGlob::parse("/**").value();
  rule.claims = {{"sub", {R"("ann")"}}};
  rule.reason = "not ann";
  tables.rules.push_back(std::move(rule));
  test.hub.set_policy(std::move(tables));
  test.gateway.set_verifier(verifier(), false);
  const auto ann = test.rich("/chat/room1?token=" + expiring("ann", Millis{60'000}));
  CHECK(has(test.heard(ann).at(0), R"("user":"ann","expires":)"));
  const auto bob = test.rich("/chat/room1?token=" + made(R"({"sub":"bob"})"));
  CHECK(test.heard(bob).at(0).ends_with(R"("user":"bob"})"));
  const std::string set = R"({"id":1,"op":"set","object":"so","key":"k","value":1})";
  CHECK(has(test.ask(ann, set).at(0), R"("message":"not ann")"));
  CHECK(has(test.ask(bob, set).at(0), R"("ok":true)"));
}

TEST_CASE("refresh: a token of the same user, or everything stays as it was") {
  GatewayTest test;
  test.gateway.set_verifier(verifier(), false);
  const auto ann = test.rich("/chat/room1?token=" + expiring("ann", Millis{2000}));
  test.heard(ann);
  const auto refresh = [&](const std::string& with) {
    return test.ask(ann, fmt::format(R"({{"id":1,"op":"refresh","token":"{}"}})", with)).at(0);
  };
  CHECK(has(refresh("x"), R"("code":"bad_token","message":"token: it is not three parts)"));
  CHECK(has(refresh(made(R"({"sub":"bob"})")), "of another user"));
  CHECK(has(test.ask(ann, R"({"id":1,"op":"refresh"})").at(0), "token is missing"));
  CHECK(has(refresh(expiring("ann", Millis{60'000})), R"({"id":1,"ok":true,"expires":)"));
  test.gateway.close_expired(wall_now() + Millis{30'000});
  CHECK(test.heard(ann).empty());
  test.gateway.close_expired(wall_now() + Millis{70'000});
  CHECK(test.heard(ann) == Lines{"closed 4109: the token has expired"});
}
