// Identities: who reads which mailbox, who may, and what becomes of it.
#include <doctest/doctest.h>

#include "support/hub_test.h"
#include "support/rules.h"

using namespace so;
using namespace so::test;
using policy::Action;
using policy::Actions;

namespace {

constexpr std::string_view kAnn = R"({"role":"user","sub":"ann"})";

struct Mail {
  HubTest hub;
  TestTool& gw = hub.tool("gw");        // has members
  TestTool& shell = hub.tool("shell");  // reads as itself

  static Answer read(TestTool& tool, std::string_view identity, std::uint64_t member = 0,
                     std::string_view body = "") {
    return tool.request({{.kind = wire::Kind::kRegister, .member = member}, {}, identity, body});
  }
  static Answer stop(TestTool& tool, std::string_view identity, std::uint64_t member = 0) {
    return tool.request({{.kind = wire::Kind::kUnregister, .member = member}, {}, identity, {}});
  }
  static Answer notify(TestTool& tool, std::string_view identity, std::string_view message,
                       std::uint64_t member = 0) {
    const std::string body = fmt::format(R"({{"message":{}}})", message);
    return tool.request({{.kind = wire::Kind::kNotify, .member = member}, {}, identity, body});
  }
  static Answer ack(TestTool& tool, std::string_view identity, std::uint64_t epoch,
                    std::uint64_t number, std::uint64_t member = 0, std::string_view body = "") {
    return tool.request(
        {{.kind = wire::Kind::kAcknowledge, .member = member, .epoch = epoch, .version = number},
         {},
         identity,
         body});
  }
};

constexpr std::string_view kOk = R"({"status":"ok"})";

}  // namespace

TEST_CASE_FIXTURE(Mail, "notify is true if the mailbox exists, and its readers hear of it") {
  CHECK(notify(gw, "ann", "1") == "not_found: no mailbox ann");
  CHECK(gw.join(1, "/chat").ok);
  const Answer reading = read(gw, "ann", 1);
  CHECK(reading == R"({"waiting":0})");
  CHECK(reading.header.epoch != 0);
  CHECK(reading.header.version == 0);
  CHECK(notify(shell, "ann", R"({ "a": [1] })") == kOk);
  const auto frames = gw.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header ==
        wire::Header{
            .kind = wire::Kind::kMail, .member = 1, .epoch = reading.header.epoch, .version = 1});
  CHECK(frames[0].name == "ann");
  CHECK(frames[0].body == fmt::format(R"({{"event":"mail","identity":"ann","epoch":"{}","seq":1,)"
                                      R"("message":{{"a":[1]}},"from":"00000000000000a1-0"}})",
                                      wire::hex64(reading.header.epoch)));
}

TEST_CASE_FIXTURE(Mail, "who comes back is told what was not acknowledged, in order") {
  CHECK(gw.join(1, "/chat").ok);
  const std::uint64_t epoch = read(gw, "ann", 1).header.epoch;
  for (const char* message : {"1", "2", "3"}) CHECK(notify(shell, "ann", message).ok);
  CHECK(ack(gw, "ann", epoch, 1, 1) == R"({"waiting":2})");
  gw.events();
  CHECK(gw.leave(1, "/").ok);
  CHECK(notify(shell, "ann", "4").ok);
  CHECK(gw.events() == Lines{});
  CHECK(read(shell, "ann") == R"({"waiting":3})");
  CHECK(shell.events() == Lines{"mail ann@2 2", "mail ann@3 3", "mail ann@4 4"});
  CHECK(ack(shell, "ann", epoch, 4) == R"({"waiting":0})");
  CHECK(read(shell, "ann") == R"({"waiting":0})");
  CHECK(ack(gw, "ann", epoch, 4, 1) == "not_joined: not registered as ann");
  CHECK(ack(shell, "ann", epoch + 1, 4) == "gone: mailbox ann is not the one that had this");
}

TEST_CASE_FIXTURE(Mail, "the oldest reader is told that it has been replaced") {
  CHECK(gw.join(1, "/chat").ok);
  CHECK(gw.join(2, "/chat").ok);
  CHECK(read(gw, "ann", 1).ok);
  CHECK(read(gw, "ann", 2).ok);
  const auto frames = gw.frames();
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].header == wire::Header{.kind = wire::Kind::kReplaced, .member = 1});
  CHECK(frames[0].body == R"({"event":"identity_replaced","identity":"ann"})");
  CHECK(notify(shell, "ann", "1").ok);
  CHECK(gw.events() == Lines{"mail ann@1 1"});
  CHECK(read(gw, "ann", 1, R"({"max_connections":2})").ok);
  gw.events();
  CHECK(notify(shell, "ann", "2").ok);
  CHECK(gw.events() == Lines{"mail ann@2 2", "mail ann@2 2"});  // both
}

TEST_CASE_FIXTURE(Mail, "readers are told a window of it, and more as it is acknowledged") {
  CHECK(gw.join(1, "/chat").ok);
  const std::uint64_t epoch = read(gw, "ann", 1).header.epoch;
  for (int i = 1; i <= 300; ++i) CHECK(notify(shell, "ann", std::to_string(i)).ok);
  Lines told = gw.events();
  CHECK(told.size() == 256);
  CHECK(told.back() == "mail ann@256 256");
  CHECK(read(shell, "ann", 0, R"({"max_connections":2})") == R"({"waiting":300})");
  CHECK(shell.events() == told);
  CHECK(ack(gw, "ann", epoch, 2, 1).ok);
  CHECK(gw.events() == Lines{"mail ann@257 257", "mail ann@258 258"});
  CHECK(shell.events() == Lines{"mail ann@257 257", "mail ann@258 258"});
  CHECK(notify(gw, "ann", "301").ok);  // behind those that wait
  CHECK(gw.events() == Lines{});
  CHECK(ack(shell, "ann", epoch, 258).ok);
  told = gw.events();
  CHECK(told.size() == 43);
  CHECK(told.back() == "mail ann@301 301");
  CHECK(notify(shell, "ann", "302").ok);
  CHECK(gw.events() == Lines{"mail ann@302 302"});

  // Big ones fill it sooner.
  CHECK(ack(gw, "ann", epoch, 302, 1).ok);
  const std::string big = fmt::format(R"("{}")", std::string(50'000, 'x'));
  for (int i = 0; i < 5; ++i) CHECK(notify(shell, "ann", big).ok);
  CHECK(gw.frames().size() == 2);
  CHECK(read(gw, "ann", 1) == R"({"waiting":5})");  // in the place of the others
  CHECK(gw.frames().size() == 2);
  CHECK(ack(gw, "ann", epoch, 304, 1).ok);
  CHECK(gw.frames().size() == 2);
}

TEST_CASE_FIXTURE(Mail, "several identities, and none of them once the connection is gone") {
  CHECK(gw.join(1, "/chat").ok);
  CHECK(read(gw, "ann", 1).ok);
  CHECK(read(gw, "team", 1).ok);
  CHECK(stop(gw, "team", 1) == "ok");
  CHECK(stop(gw, "team", 1) == "ok");
  CHECK(notify(shell, "ann", "1").ok);
  CHECK(notify(shell, "team", "2").ok);
  CHECK(gw.events() == Lines{"mail ann@1 1"});
  CHECK(gw.bye().ok);
  CHECK(notify(shell, "ann", "3").ok);
  CHECK(read(shell, "ann") == R"({"waiting":2})");
  CHECK(shell.bye().ok);  // that reads as itself
  CHECK(read(hub.tool("other"), "ann").ok);
}

TEST_CASE_FIXTURE(Mail, "who has joined nothing has no mailbox, and names are names") {
  CHECK(read(gw, "ann", 1) == "not_joined: the member has joined nothing");
  CHECK(notify(gw, "ann", "1", 1) == "not_joined: the member has joined nothing");
  CHECK(read(shell, "") == "bad_path: identity is empty");
  CHECK(read(shell, "ann", 0, R"({"lifetime":"x"})").text.starts_with("bad_request: lifetime"));
  CHECK(read(shell, "ann", 0, R"({"max_connections":65})") ==
        "limit: max_connections is over the limit of 64");
  CHECK(
      read(shell, "ann", 0, R"({"lifetime":99999999999999})").text.starts_with("limit: lifetime"));
  CHECK(shell.request({{.kind = wire::Kind::kNotify}, {}, "ann", "{}"}) ==
        "bad_request: message is missing");
  CHECK(shell.request({{.kind = wire::Kind::kNotify}, {}, "ann", R"({"message":1,"seq":1})"}) ==
        "bad_request: producer is missing");
}

TEST_CASE_FIXTURE(Mail, "one's own mailbox is one's own; a rule opens others, or closes it") {
  CHECK(gw.join(1, "/chat", fmt::format(R"({{"claims":{}}})", kAnn)).ok);
  CHECK(gw.join(2, "/chat", R"({"claims":{"role":"anonymous"}})").ok);
  CHECK(read(gw, "ann", 1).ok);
  CHECK(read(gw, "bob", 1) == "denied: register of bob is for that user alone");
  CHECK(read(gw, "ann", 2) == "denied: register of ann is for that user alone");
  CHECK(notify(gw, "ann", "1", 2).ok);
  CHECK(notify(gw, "ann", "2", 1).ok);
  const auto frames = gw.frames();
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].body.ends_with(R"("from":"00000000000000a0-2"})"));
  CHECK(frames[1].body.ends_with(R"("from":"00000000000000a0-1","user":"ann"})"));

  policy::Rule team = allow(Actions{Action::kRegister});
  team.name = policy::Glob{"team-*"};
  policy::Rule quiet = deny(Actions{Action::kNotify});
  quiet.name = policy::Glob{"bob"};
  hub.set_policy(rules({team, for_role(quiet, "anonymous")}));
  CHECK(read(gw, "team-a", 2).ok);
  CHECK(read(gw, "bob", 2) == "denied: register of bob is for that user alone");
  CHECK(read(gw, "ann", 1).ok);
  CHECK(notify(gw, "bob", "1", 2) == "denied: notify of bob in / is denied (policy, line 7)");
  hub.set_policy(rules({deny(Actions{Action::kRegister})}));
  CHECK(read(gw, "ann", 1) == "denied: register of ann in / is denied (policy, line 7)");
}

TEST_CASE_FIXTURE(Mail, "a visitor acknowledges what it might read, and takes nobody's place") {
  TestTool& door = hub.tool("door", R"({"role":"anonymous"})");
  const std::uint64_t epoch = read(shell, "ann").header.epoch;
  for (const char* message : {"1", "2", "3"}) CHECK(notify(shell, "ann", message).ok);
  const std::string hers = fmt::format(R"({{"visit":true,"claims":{}}})", kAnn);
  CHECK(ack(door, "ann", epoch, 2, 1, hers) == R"({"waiting":1})");
  CHECK(ack(door, "bob", epoch, 3, 1, hers) == "denied: register of bob is for that user alone");
  CHECK(ack(door, "ann", epoch, 3, 1, R"({"visit":true})") ==
        "denied: register of ann is for that user alone");
  CHECK(ack(door, "", epoch, 3, 1, hers).text.starts_with("bad_path: "));
  CHECK(ack(door, "ann", epoch + 1, 3, 1, hers).text.starts_with("gone: "));
  shell.events();
  CHECK(notify(shell, "ann", "4").ok);
  CHECK(shell.events() == Lines{"mail ann@4 4"});
}

TEST_CASE_FIXTURE(Mail, "sent again after a lost answer it is there once") {
  CHECK(read(shell, "ann").ok);
  const auto send = [&](int seq) {
    return gw.request({{.kind = wire::Kind::kNotify},
                       {},
                       "ann",
                       fmt::format(R"({{"message":{0},"producer":"P","seq":{0}}})", seq)});
  };
  CHECK(send(1) == kOk);
  CHECK(send(1) == R"({"status":"dup"})");
  CHECK(send(3) == R"({"status":"gap","last":1})");
  CHECK(shell.events() == Lines{"mail ann@1 1"});
}

TEST_CASE("a mailbox that nobody reads ends after its lifetime, of ten minutes at least") {
  HubTest hub;
  TestTool& shell = hub.tool("shell");
  CHECK(Mail::read(shell, "ann", 0, R"({"lifetime":1000})").ok);
  TestTool& other = hub.tool("other");
  CHECK(shell.bye().ok);
  hub.pass(Millis{599'999});
  CHECK(other.hello().ok);  // its lease has run out meanwhile
  CHECK(Mail::notify(other, "ann", "1").ok);
  hub.pass(Millis{1});
  CHECK(Mail::notify(other, "ann", "2") == "not_found: no mailbox ann");
}

TEST_CASE_FIXTURE(Mail, "what the store could not take has not happened, and readers read on") {
  CHECK(read(shell, "ann").ok);
  CHECK(notify(gw, "ann", "1").ok);
  const auto records = hub.records();
  REQUIRE(records.size() == 3);  // create, the terms, the message
  const hub::StoreId id = records[0].id;
  CHECK(records[0].scope == "$mail");
  CHECK(records[2].edits.at(0).key == "1");
  CHECK(records[2].edits.at(0).value == R"({"message":1,"from":"00000000000000a0-0"})");
  hub::StoredObject stored{
      .id = id, .scope = "$mail", .name = "ann", .epoch = records[0].epoch, .version = 1};
  stored.attributes = {{"1", records[2].edits[0].value}};
  CHECK(notify(gw, "ann", "2").ok);
  shell.events();
  hub.revert(id, stored, false);
  CHECK(shell.events() == Lines{});  // nor that something is missing
  hub.records();
  CHECK(notify(gw, "ann", "3").header.version == 2);
  CHECK(shell.events() == Lines{"mail ann@2 3"});
  CHECK(hub.records().at(0).edits.size() == 2);  // the terms, as they may not be there
  CHECK(read(shell, "ann") == R"({"waiting":2})");
  CHECK(shell.events() == Lines{"mail ann@1 1", "mail ann@2 3"});
  hub.revert(id, std::nullopt, false);
  CHECK(notify(gw, "ann", "2") == "not_found: no mailbox ann");

  CHECK(hub.restore(stored) == "ok");  // as at the start of a hub
  CHECK(notify(gw, "ann", "3").header.version == 2);
}

TEST_CASE_FIXTURE(Mail, "an end that the store could not take is tried again, not at once") {
  CHECK(read(shell, "ann", 0, R"({"lifetime":600000})").ok);
  const auto records = hub.records();
  hub::StoredObject stored{
      .id = records[0].id, .scope = "$mail", .name = "ann", .epoch = records[0].epoch};
  CHECK(stop(shell, "ann").ok);
  stored.attributes = {{"$", hub.records().at(0).edits.at(0).value}};
  hub.pass(Millis{600'000});
  hub.wall += 600'000;
  CHECK(hub.records().at(0).kind == hub::Record::Kind::kDestroy);
  hub.revert(stored.id, stored, false);
  hub.pass(Millis{59'999});
  CHECK(hub.records().empty());
  hub.pass(Millis{1});
  CHECK(hub.records().at(0).kind == hub::Record::Kind::kDestroy);
}
