// Which scope an RTMP client comes to, and what it is told where it may not. The names begin with
// the rows of the table in scopewire(7).
#include <array>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "ingest_test.h"
#include "support/rules.h"

using namespace so;
using policy::Action;
using policy::Actions;
using test::IngestTest;
using test::Lines;
namespace shared = rtmp::shared;

namespace {

constexpr auto kAnonymous = R"({"role":"anonymous"})";

std::string connect(IngestTest& test, const std::string& app) {
  const auto peer = test.peer();
  peer->connect(app);
  return peer->next();
}

}  // namespace

TEST_CASE("S1: a configured application lets in, another is an invalid one and closes") {
  IngestTest test{{.applications = {{"chat"}}}};
  CHECK(connect(test, "chat") == "connected NetConnection.Connect.Success");
  CHECK(connect(test, "chat/room1") == "connected NetConnection.Connect.Success");
  const auto peer = test.peer();
  peer->connect("secret");
  CHECK(peer->next() ==
        "refused NetConnection.Connect.InvalidApp: application secret is not configured");
  CHECK(peer->next() == "closed");
}

TEST_CASE("S6: the app of a connect names one scope") {
  struct Case {
    std::string app;
    std::string_view scope;
  };
  const std::array cases{
      Case{"sec", "/sec"},
      Case{"sec/", "/sec"},
      Case{"sec//x", "/sec/x"},
      Case{"sec/a/b/c", "/sec/a/b/c"},
      Case{"sec/a b", "/sec/a b"},
      Case{"sec/%20", "/sec/%20"},  // only what is in a query is decoded
      Case{"sec?x=1", "/sec"},
      Case{"sec/r?x=1&y=2", "/sec/r"},
      Case{"sec/_definst_", "/sec/_definst_"},
      Case{"/sec", "/sec"},                // Red5 refuses it
      Case{"sec?scope=r%201", "/sec/r 1"}  // as the WebSocket side has it
  };
  for (const Case& c : cases) {
    CAPTURE(c.app);
    IngestTest test{{.applications = {{"sec"}}}};
    const auto peer = test.peer();
    peer->connect(c.app);
    CHECK(peer->next() == "connected NetConnection.Connect.Success");
    CHECK(test.hub.list(c.scope).starts_with(
        fmt::format(R"({{"scope":"{}","members":1,"rooms":[])", c.scope)));
  }
}

TEST_CASE("S6: an app that names none is refused and leaves nothing behind") {
  struct Case {
    std::string app;
    std::string_view code;
  };
  const std::array cases{
      Case{"SEC", "InvalidApp"},        Case{"nosuchapp", "InvalidApp"},
      Case{"", "InvalidApp"},           Case{"sec/.", "Rejected"},
      Case{"sec/..", "Rejected"},       Case{"sec/../sec", "Rejected"},
      Case{"sec/a\x01", "Rejected"},    Case{"sec/" + std::string(256, 'a'), "Rejected"},
      Case{"sec/\xff", "Rejected"},     Case{"sec?scope=..", "Rejected"},
      Case{"sec?scope=%00", "Rejected"}};
  IngestTest test{{.applications = {{"sec"}}}};
  for (const Case& c : cases) {
    CAPTURE(c.app);
    CHECK(connect(test, c.app)
              .starts_with(fmt::format("refused NetConnection.Connect.{}: ", c.code)));
  }
  CHECK(test.hub.list("/sec") ==
        R"({"scope":"/sec","members":0,"rooms":[],"objects":[],"streams":[]})");
}

TEST_CASE("S7: whatever host it was called by, an application is one scope") {
  IngestTest test;
  const auto ann = test.peer();
  const auto bob = test.peer();
  ann->connect("chat", rtmp::Encoding::kAmf0, "one.example");
  bob->connect("chat", rtmp::Encoding::kAmf0, "two.example");
  for (const auto* peer : {&ann, &bob}) {
    CHECK((*peer)->next() == "connected NetConnection.Connect.Success");
    (*peer)->say({shared::Use{}});
    CHECK((*peer)->next() == "object so v1, in use, clear");
  }
  ann->say({shared::RequestChange{"k", amf::Value::number(1)}});
  CHECK(bob->next() == "object so v2, change k=1");
}

TEST_CASE("S8: a refusal has its reason, and the next one has its own") {
  IngestTest test{{}, kAnonymous};
  test.hub.set_policy(test::rules(
      {test::with_reason(test::deny(Actions{Action::kConnect}, "/chat/vip"), "for members only"),
       test::deny(Actions{Action::kConnect}, "/chat/plain")}));
  CHECK(connect(test, "chat/vip") ==
        "refused NetConnection.Connect.Rejected: for members only for 'for members only'");
  CHECK(connect(test, "chat/plain") ==
        "refused NetConnection.Connect.Rejected: connect in /chat/plain is denied (policy, line 7)"
        " for 'connect in /chat/plain is denied (policy, line 7)'");
  CHECK(connect(test, "chat/..") ==
        "refused NetConnection.Connect.Rejected: path: a segment is '..'");
  CHECK(test.hub.list("/") == R"({"scope":"/","members":0,"rooms":[],"objects":[],"streams":[]})");
}

TEST_CASE("S9: nobody comes in above the applications") {
  IngestTest test;
  for (const char* app : {"", "/", "//", "?scope=chat"}) {
    CAPTURE(app);
    const auto peer = test.peer();
    peer->connect(app);
    CHECK(peer->next() == "refused NetConnection.Connect.InvalidApp: path: it is empty");
    CHECK(peer->next() == "closed");
  }
}
