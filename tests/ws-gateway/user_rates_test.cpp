#include "user_rates.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"
#include "token/sign.h"

using namespace so;
using gateway::UserRates;
using test::GatewayTest;
using test::Lines;
using Verdict = UserRates::Verdict;

namespace {

constexpr std::string_view kSecret = "thirty-two bytes of secret, or so";

std::string token_of(std::string_view user) {
  return token::sign(fmt::format(R"({{"sub":"{}"}})", user), kSecret).value();
}

struct RatedTest : GatewayTest {
  RatedTest() : GatewayTest({}, "", {}, {.per_second = 1, .burst = 3}) {
    gateway.set_verifier(std::make_shared<const token::Verifier>(token::read_keys(kSecret).value(),
                                                                 token::Expected{}),
                         true);
  }
  std::string post(std::string_view user, std::string_view url, std::string_view body) {
    net::HttpRequest asked = test::FakeWsServer::request(url);
    asked.method = "POST";
    asked.authorization = "Bearer " + token_of(user);
    const net::ConnId id = server.request(asked, body);
    hub.settle();
    return server.heard(id).at(0).substr(0, 3);
  }
};

}  // namespace

TEST_CASE("each user has a rate, and nobody in particular has none") {
  UserRates rates{{.per_second = 2, .burst = 3}};
  const TimePoint now = Clock::now();
  for (int i = 0; i < 3; ++i) CHECK(rates.take("ann", now) == Verdict::kWithin);
  CHECK(rates.take("ann", now) == Verdict::kOver);
  CHECK(rates.take("bob", now) == Verdict::kWithin);
  for (int i = 0; i < 100; ++i) CHECK(rates.take("", now) == Verdict::kWithin);
  const TimePoint later = now + Millis{500};
  CHECK(rates.take("ann", later) == Verdict::kWithin);
  for (int i = 0; i < 2; ++i) CHECK(rates.take("ann", later) == Verdict::kOver);
  CHECK(rates.take("ann", later) == Verdict::kAbuse);
  CHECK(rates.size() == 2);
  rates.sweep(now + Seconds{1});
  CHECK(rates.size() == 1);  // ann's
  rates.sweep(now + Seconds{9});
  CHECK(rates.size() == 0);
  UserRates none{{.per_second = 0, .burst = 1}};
  for (int i = 0; i < 100; ++i) CHECK(none.take("ann", now) == Verdict::kWithin);
}

TEST_CASE_FIXTURE(RatedTest, "the rate of a user is that of all its connections and requests") {
  const auto first = rich("/chat/room1?token=" + token_of("ann"));
  const auto second = chat("/chat/room1?token=" + token_of("ann"));
  const auto other = rich("/chat/room1?token=" + token_of("bob"));
  heard(first);
  say(first, R"({"id":1,"op":"ping"})");
  say(second, "hello");
  CHECK(post("ann", "/chat/room1?event=x", "1") == "200");
  heard(first);
  heard(second);
  CHECK(ask(first, R"({"id":2,"op":"ping"})") ==
        Lines{R"({"id":2,"ok":false,"error":{"code":"limit","message":"too many messages"}})"});
  CHECK(ask(second, "again") ==
        Lines{R"({"error":{"code":"limit","message":"too many messages"}})"});
  CHECK(post("ann", "/chat/room1?event=x", "1") == "429");
  heard(other);
  CHECK(ask(other, R"({"id":3,"op":"ping"})") == Lines{R"({"id":3,"ok":true})"});
  // One a second is forgiven, by the real clock: on a busy machine it takes more of them.
  std::string last;
  for (int i = 0; i < 400 && !last.starts_with("closed"); ++i) {
    for (const std::string& line : ask(first, "{}")) last = line;
  }
  CHECK(last == "closed 4029: too many messages");
}

TEST_CASE_FIXTURE(RatedTest, "each request of a list counts") {
  CHECK(post("ann", "/chat?request", R"([{"op":"ping"},{"op":"ping"},{"op":"ping"}])") == "200");
  CHECK(post("ann", "/chat?request", R"({"op":"ping"})") == "429");
  CHECK(post("bob", "/chat?request",
             R"([{"op":"ping"},{"op":"ping"},{"op":"ping"},{"op":"ping"}])") ==
        "200");  // and says which was too much
}
