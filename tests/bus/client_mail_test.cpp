// Mailboxes and events at a tool's end of the bus.
#include "client_test.h"

using namespace so;
using wire::Kind;

namespace {

struct MailTest : ClientTest {
  MailTest() {
    client.listen({.mail = [this](const wire::FrameView& mail) { note("mail", mail); },
                   .replaced = [this](const wire::FrameView& frame) { note("replaced", frame); },
                   .message =
                       [this](const wire::FrameView& message) {
                         note("message", message);
                         return message.header.member == 1;
                       },
                   .broadcast = [this](const wire::FrameView& all) { note("broadcast", all); }});
    hello();
    client.join(1, "/chat", {});
    expect(R"(join 1 /chat {"presence":false})");
  }
  void event(Kind kind, std::uint64_t member, std::string_view name, std::string_view body) const {
    bus.deliver({.header = {.kind = kind, .member = member, .epoch = 0xAA, .version = 7},
                 .scope = {},
                 .name = name,
                 .body = body});
  }
};

}  // namespace

TEST_CASE("a mailbox is registered for at every hub, after the member has joined") {
  MailTest test;
  test.client.open_mailbox(1, "ann", {.lifetime = Millis{600'000}, .connections = 2},
                           test.answer("open"));
  test.expect(R"(register 1 ann {"lifetime":600000,"max_connections":2})", R"({"waiting":0})", 9);
  CHECK(test.told() == Told{R"(open ok 9:0 {"waiting":0})"});
  test.event(Kind::kMail, 1, "ann", "{1}");
  CHECK(test.told() == Told{"mail  ann {1}"});
  test.client.acknowledge(1, "ann", {9, 1}, {});
  test.expect("ack 1 ann 9:1");
  test.client.notify(0, "bob", R"({"message":1})");
  test.expect(R"(notify bob {"message":1})");

  test.bus.link(false);
  test.hello("00000000000000bb");
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(register 1 ann {"lifetime":600000,"max_connections":2})");
  test.client.close_mailbox(1, "ann");
  test.expect("unregister 1 ann");
  CHECK(test.bus.idle());
}

TEST_CASE("who was replaced, and who is gone, does not register again") {
  MailTest test;
  test.client.open_mailbox(1, "ann", {});
  test.expect(R"(register 1 ann {"max_connections":1})");
  test.client.open_mailbox(1, "team", {});
  test.expect(R"(register 1 team {"max_connections":1})");
  test.event(Kind::kReplaced, 1, "ann", "{}");
  CHECK(test.told() == Told{"replaced  ann {}"});
  test.bus.link(false);
  test.hello("00000000000000bb");
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect(R"(register 1 team {"max_connections":1})");
  test.client.gone(1);
  test.expect("leave 1 /");
  test.bus.link(false);
  test.hello("00000000000000cc");
  CHECK(test.bus.idle());
}

TEST_CASE("the sender of an event for one is told whether it is on its way") {
  MailTest test;
  test.event(Kind::kMessage, 1, "", "{1}");
  CHECK(test.told() == Told{"message   {1}"});
  test.expect(R"(result 1 {"call":"00000000000000aa-7","result":null})");
  test.event(Kind::kMessage, 2, "", "{2}");
  test.expect(R"(result 2 {"call":"00000000000000aa-7",)"
              R"("error":{"code":"gone","message":"it is not there"}})");
  test.event(Kind::kBroadcast, 1, "chat", "{3}");
  CHECK(test.told() == Told{"message   {2}", "broadcast  chat {3}"});
  test.client.emit(1, "/chat", "hi", R"({"data":1})");
  test.expect(R"(emit 1 /chat hi {"data":1})");

  test.client.listen({});  // one that has no clients
  test.event(Kind::kMessage, 1, "", "{1}");
  CHECK(text(test.bus.next()).find(R"("code":"gone")") != std::string::npos);
}
