// Mailboxes over plain HTTP: read as server-sent events, posted to, acknowledged.
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "gateway_test.h"
#include "support/rules.h"
#include "token/sign.h"

using namespace so;
using test::GatewayTest;
using test::Lines;

namespace {

constexpr std::string_view kSecret = "thirty-two bytes of secret, or so";

std::string token_of(std::string_view user) {
  return token::sign(fmt::format(R"({{"sub":"{}"}})", user), kSecret).value();
}
std::string between(const std::string& text, std::string_view from, char to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) return "";
  return text.substr(at + from.size(), text.find(to, at + from.size()) - at - from.size());
}

struct MailTest : GatewayTest {
  MailTest() : GatewayTest({}, "", std::string{gateway::kClaims}) {
    gateway.set_verifier(std::make_shared<const token::Verifier>(token::read_keys(kSecret).value(),
                                                                 token::Expected{}),
                         true);
  }

  net::ConnId reader(std::string_view url, std::string_view user = "ann",
                     std::string_view last_event_id = "") {
    const std::string token = user.empty() ? "" : token_of(user);
    const auto id = server.read_events(url, last_event_id, token);
    hub.settle();
    return id.value();
  }
  /// "200 {...}"
  std::string ask(std::string_view method, std::string_view url, std::string_view body = "",
                  std::string_view user = "ann") {
    net::HttpRequest asked = test::FakeWsServer::request(url);
    asked.method = method;
    if (!user.empty()) asked.authorization = "Bearer " + token_of(user);
    const net::ConnId id = server.request(asked, body);
    hub.settle();
    const Lines answer = server.heard(id);
    std::string text{as_text(server.heard_bytes(id))};
    server.hang_up(id);
    hub.settle();
    return answer.at(0).substr(0, 3) + " " + text;
  }
  /// "EVENT-SEQ message" of each note; where the last one was is in `at`.
  Lines notes(net::ConnId id) {
    Lines all;
    for (const std::string& event : heard(id)) {
      if (event.find(R"("event":"mail")") == std::string::npos) continue;
      at = between(event, "id: ", '\n');
      all.push_back(at.substr(at.rfind('-') + 1) + " " + between(event, R"("message":)", ','));
    }
    return all;
  }

  std::string at;
};

}  // namespace

TEST_CASE_FIXTURE(MailTest, "mail is read until it is acknowledged, by its own user") {
  CHECK(ask("POST", "/chat?mailbox=ann", "1").starts_with("404 "));
  const auto first = reader("/chat?mailbox");
  CHECK(ask("POST", "/chat?mailbox=ann", R"("hello")", "bob").starts_with(R"(200 {"ok":true,)"));
  CHECK(ask("POST", "/chat?mailbox=ann", "2").starts_with("200 "));
  CHECK(notes(first) == Lines{R"(1 "hello")", "2 2"});
  server.hang_up(first);
  hub.settle();
  const auto again = reader("/chat?mailbox=ann");
  CHECK(notes(again) == Lines{R"(1 "hello")", "2 2"});
  const std::string one = at.substr(0, 17) + "1";
  CHECK(ask("DELETE", "/chat?mailbox=ann&upto=" + one, "", "bob").starts_with("403 "));
  CHECK(ask("DELETE", "/chat?mailbox&upto=" + one).starts_with("200 "));
  CHECK(notes(reader("/chat?mailbox=ann")) == Lines{"2 2"});
  CHECK(notes(again) == Lines{});  // another has taken its place
  CHECK(ask("DELETE", "/chat?mailbox&upto=00000000000000ff-1").starts_with("410 "));
  CHECK(ask("DELETE", "/chat?mailbox").starts_with("400 "));
  CHECK(ask("POST", "/chat?mailbox=ann").starts_with("400 "));
}

TEST_CASE_FIXTURE(MailTest, "who comes back with its id goes on after it, as far as that is true") {
  const auto first = reader("/chat?mailbox");
  for (const char* message : {"1", "2", "3"}) ask("POST", "/chat?mailbox=ann", message);
  CHECK(notes(first).size() == 3);
  const std::string epoch = at.substr(0, 17);
  server.hang_up(first);
  hub.settle();
  CHECK(notes(reader("/chat?mailbox", "ann", epoch + "2")) == Lines{"3 3"});
  CHECK(notes(reader("/chat?mailbox", "ann", epoch + "0")).size() == 3);
  CHECK(notes(reader("/chat?mailbox", "ann", epoch + "9")).size() == 3);  // it never was
  CHECK(notes(reader("/chat?mailbox", "ann", "00000000000000ff-2")).size() == 3);
  CHECK(notes(reader("/chat?mailbox", "ann", "x")).size() == 3);
}

TEST_CASE_FIXTURE(MailTest, "mail comes beside objects, and the id says where both are") {
  const auto both = reader("/chat/room1?object=chat&mailbox=ann&max_connections=2");
  const auto other = reader("/chat/room1?mailbox=ann&max_connections=2");
  ask("POST", "/chat/room1", R"("hi")");
  ask("POST", "/chat/room1?mailbox=ann", "7");
  const Lines all = heard(both);
  REQUIRE(all.size() == 6);
  CHECK(all[4].find(R"("event":"change")") != std::string::npos);
  CHECK(all[5].find(R"("event":"mail")") != std::string::npos);
  CHECK(between(all[5], "id: ", ',') == between(all[4], "id: ", ','));
  CHECK(between(all[5], "id: ", '\n').ends_with("-1"));
  CHECK(notes(other) == Lines{"1 7"});
  const std::string here = between(all[5], "id: ", '\n');
  server.hang_up(both);
  hub.settle();
  ask("POST", "/chat/room1?mailbox=ann", "8");
  CHECK(notes(reader("/chat/room1?object=chat&mailbox=ann&max_connections=2", "ann", here)) ==
        Lines{"2 8"});
}

TEST_CASE_FIXTURE(MailTest, "who may not read it is refused, and nobody loses a place by that") {
  const auto ann = reader("/chat?mailbox");
  CHECK(heard(reader("/chat?mailbox=ann", "bob"))[0] == "403 application/json");
  CHECK(heard(reader("/chat?mailbox=ann", ""))[0] == "403 application/json");
  CHECK(heard(reader("/chat?mailbox", ""))[0] == "400 application/json");
  CHECK(heard(reader("/chat?mailbox&lifetime=x"))[0] == "400 application/json");
  CHECK(heard(reader("/chat?mailbox&max_connections=1000000"))[0] == "429 application/json");
  ask("POST", "/chat?mailbox=ann", "1", "");
  CHECK(notes(ann) == Lines{"1 1"});
  hub.set_policy(test::rules({test::deny(policy::Actions{policy::Action::kNotify}, "/")}));
  CHECK(ask("POST", "/chat?mailbox=ann", "2").starts_with("403 "));
}

TEST_CASE_FIXTURE(MailTest, "a page hears that others have taken its place") {
  const auto first = reader("/chat?mailbox");
  heard(first);
  const auto second = reader("/chat?mailbox");
  CHECK(heard(first) == Lines{R"(data: {"event":"identity_replaced","identity":"ann"})"});
  ask("POST", "/chat?mailbox=ann", "1");
  CHECK(notes(first) == Lines{});
  CHECK(notes(second) == Lines{"1 1"});
}

TEST_CASE_FIXTURE(MailTest, "a request may acknowledge, too, in a list after others") {
  const auto ann = reader("/chat?mailbox");
  ask("POST", "/chat?mailbox=ann", "1");
  CHECK(notes(ann) == Lines{"1 1"});
  const std::string body = fmt::format(
      R"([{{"op":"notify","identity":"ann","message":2}},{{"op":"ack","epoch":"{}","seq":1}}])",
      at.substr(0, 16));
  CHECK(ask("POST", "/chat?request", body).find(R"("waiting":1)") != std::string::npos);
  CHECK(notes(ann) == Lines{"2 2"});
}
