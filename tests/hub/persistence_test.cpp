// What is to be stored, what comes back, and what happens when the store could not take it.
#include <doctest/doctest.h>

#include "hub/records.h"
#include "support/hub_test.h"
#include "support/rules.h"

using namespace so;
using namespace so::test;
using hub::Edit;
using hub::Record;
using Records = std::vector<Record>;
using Names = std::vector<std::string>;

namespace {

constexpr std::string_view kPersistent = R"({"persistent":true})";

// A tool whose member 1 uses the persistent object /chat board, which has the number 1.
TestTool& user_of_board(HubTest& hub, std::string name) {
  TestTool& tool = hub.tool(std::move(name));
  REQUIRE(tool.join(1, "/chat").ok);
  REQUIRE(tool.use(1, "/chat", "board", kPersistent).ok);
  return tool;
}

hub::StoredObject board(hub::StoreId id = 1) {
  return {.id = id,
          .scope = "/chat",
          .name = "board",
          .epoch = 7,
          .version = 3,
          .attributes = {{"x", "5"}},
          .producers = {{"shell", 2}}};
}

}  // namespace

TEST_CASE("every change of a persistent object is recorded, and nothing else is") {
  HubTest hub;
  TestTool& a = user_of_board(hub, "a");
  CHECK(hub.records() == Records{{.kind = Record::Kind::kCreate,
                                  .id = 1,
                                  .scope = "/chat",
                                  .name = "board",
                                  .epoch = 1,
                                  .version = 1}});
  CHECK(
      a.batch(1, "/chat", "board",
              R"({"op":"clear"},{"op":"set","key":"x","value":5},{"op":"set","key":"y","value":6},)"
              R"({"op":"delete","key":"x"},{"op":"send","handler":"h","args":[]})")
          .ok);
  CHECK(hub.records() == Records{{.kind = Record::Kind::kChange,
                                  .id = 1,
                                  .epoch = 1,
                                  .version = 2,
                                  .edits = {{Edit::Kind::kSet, "x", "5"},
                                            {Edit::Kind::kSet, "y", "6"},
                                            {Edit::Kind::kDelete, "x", ""}}}});
  CHECK(a.set(1, "/chat", "board", "y", "6").text == R"({"status":"noop"})");
  CHECK(a.set(1, "/chat", "other", "y", "6").ok);
  CHECK(a.leave(1, "/").ok);
  hub.pass(Seconds{10});
  CHECK(hub.records().empty());
}

TEST_CASE("what a producer wrote last is recorded, without an effect too") {
  HubTest hub;
  TestTool& a = user_of_board(hub, "a");
  hub.records();
  for (const char* seq : {"1", "2"}) {
    CHECK(a.change(1, "/chat", "board",
                   fmt::format(R"({{"producer":"shell","seq":{},"changes":[)"
                               R"({{"op":"set","key":"x","value":5}}]}})",
                               seq))
              .ok);
  }
  Record record{.kind = Record::Kind::kChange,
                .id = 1,
                .epoch = 1,
                .version = 2,
                .edits = {{Edit::Kind::kSet, "x", "5"}},
                .producer = "shell",
                .sequence = 1};
  Record again = record;
  again.edits.clear();
  again.sequence = 2;
  CHECK(hub.records() == Records{record, again});
}

TEST_CASE("a producer whose number is forgotten is forgotten in the store too") {
  hub::Options options;
  options.producers = 1;
  HubTest hub{options};
  TestTool& a = user_of_board(hub, "a");
  const auto write = [&](std::string_view producer) {
    return a
        .change(
            1, "/chat", "board",
            fmt::format(R"({{"producer":"{}","seq":1,"changes":[{{"op":"clear"}}]}})", producer))
        .ok;
  };
  CHECK(write("one"));
  for (int i = 0; i < 31; ++i) {
    hub.pass(Seconds{10});
    CHECK(a.beat().ok);
  }
  hub.records();
  CHECK(write("two"));
  const Records records = hub.records();
  REQUIRE(records.size() == 1);
  CHECK(records[0].forgotten == std::vector<std::string>{"one"});
}

TEST_CASE("O15: a hub begins with what the store has") {
  HubTest hub;
  CHECK(hub.restore(board(4)) == "ok");
  TestTool& a = hub.tool("a");
  CHECK(a.get("/chat", "board").text.ends_with(R"("version":3,"persistent":true,"data":{"x":5}})"));
  CHECK(a.get("/chat", "board").header.epoch == 7);
  CHECK(a.join(1, "/chat").ok);
  const auto write = [&](int seq) {
    return a.change(
        1, "/chat", "board",
        fmt::format(R"({{"producer":"shell","seq":{},"changes":[{{"op":"clear"}}]}})", seq));
  };
  CHECK(write(2).text == R"({"status":"dup"})");
  CHECK(write(3).ok);
  CHECK(a.use(1, "/chat", "second", kPersistent).ok);
  const Records records = hub.records();
  REQUIRE(records.size() == 2);
  CHECK(records[0].version == 4);
  CHECK(records[1].id == 5);  // numbers are not used twice
}

TEST_CASE("what a hub may not have is left out by name") {
  hub::Options options;
  options.applications = {{"chat"}};
  options.objects = 1;
  HubTest hub{options};
  hub::StoredObject elsewhere = board();
  elsewhere.scope = "/live";
  CHECK(hub.restore(elsewhere) == "application live is not configured");
  CHECK(hub.restore(board(2)) == "ok");
  CHECK(hub.restore(board(3)) == "objects: 1 is the limit");
  TestTool& a = hub.tool("a");
  CHECK(a.list("/").text ==
        R"({"scope":"/","members":0,"rooms":["chat"],"objects":[],"streams":[]})");
}

TEST_CASE("S12: the attributes of a scope are those of its object without a name") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/room").ok);
  CHECK(a.set(1, "/chat/room", "", "topic", R"(\"tea\")").ok == false);
  CHECK(a.set(1, "/chat/room", "", "topic", R"("tea")").ok);
  CHECK(a.use(1, "/chat/room", "", R"({"persistent":false})")
            .text.ends_with(R"("persistent":true,"data":{"topic":"tea"}})"));
  CHECK(a.leave(1, "/").ok);
  hub.pass(Seconds{10});
  CHECK(a.list("/chat/room") ==
        R"({"scope":"/chat/room","members":0,"rooms":[],"objects":[],"streams":[]})");
  CHECK(a.get("/chat/room", "", R"({"key":"topic"})").text == R"({"value":"tea"})");

  SUBCASE("they last until nothing is left of them") {
    hub.records();
    CHECK(a.batch(0, "/chat/room", "", R"({"op":"clear"})").ok);
    hub.pass(Seconds{5});
    CHECK(a.list("/chat/room").text == "not_found: no scope /chat/room");
    const Records records = hub.records();
    REQUIRE(records.size() == 2);
    CHECK(records[1].kind == Record::Kind::kDestroy);
  }
  SUBCASE("or until they are dropped") {
    CHECK(a.drop("/chat/room", "").ok);
    CHECK(a.list("/chat/room").text == "not_found: no scope /chat/room");
  }
}

TEST_CASE("drop ends an object that nobody uses") {
  HubTest hub;
  TestTool& a = user_of_board(hub, "a");
  hub.records();
  CHECK(a.drop("/chat", "board") == "in_use: object board is in use");
  CHECK(a.drop("/chat", "other") == "not_found: no object other in /chat");
  CHECK(a.release(1, "/chat", "board").ok);
  CHECK(a.drop("/chat", "board").ok);
  CHECK(a.get("/chat", "board").text.starts_with("not_found"));
  CHECK(hub.records() == Records{{.kind = Record::Kind::kDestroy, .id = 1}});
}

TEST_CASE("O26: drop by a pattern ends all that are like it and that nobody uses") {
  HubTest hub;
  TestTool& a = user_of_board(hub, "a");
  for (const char* object : {"poll1", "poll2", "poll33", "po", "chat"}) {
    CHECK(a.set(1, "/chat", object, "k", "1").ok);
  }
  CHECK(a.use(1, "/chat", "pole2", kPersistent).ok);
  CHECK(a.release(1, "/chat", "pole2").ok);
  CHECK(a.use(1, "/chat", "poll2").ok);
  CHECK(a.set(1, "/chat", "", "topic", "1").ok);  // the scope's own has no name to be like it
  hub.records();
  const auto drop = [&](std::string_view pattern) {
    return a.request({{.kind = wire::Kind::kDrop}, "/chat", pattern, R"({"pattern":true})"});
  };
  const auto left = [&] { return a.object_names("/chat"); };
  CHECK(drop("none*") == R"({"dropped":0,"kept":0})");
  CHECK(drop("poll") == R"({"dropped":0,"kept":0})");
  CHECK(drop("po??") == R"({"dropped":0,"kept":0})");
  CHECK(drop("po???") == R"({"dropped":2,"kept":1})");
  CHECK(left() == Names{"board", "chat", "po", "poll2", "poll33"});
  CHECK(hub.records() == Records{{.kind = Record::Kind::kDestroy, .id = 2}});
  CHECK(drop("*") == R"({"dropped":3,"kept":2})");
  CHECK(left() == Names{"board", "poll2"});
  CHECK(a.get("/chat", "", R"({"key":"topic"})") == R"({"value":1})");
  CHECK(a.request({{.kind = wire::Kind::kDrop}, "/none", "*", R"({"pattern":true})"}) ==
        "not_found: no scope /none");
  CHECK(drop(std::string(257, '*')) == "bad_path: pattern of 257 bytes is over the limit of 256");
}

TEST_CASE("O26: what ends with the last object of a room is gone with it") {
  HubTest hub;
  policy::Policy::Tables tables;
  tables.objects = {{scope_glob("/chat/*"), "poll", false, {{"n", "0"}}, 1}};
  hub.set_policy(std::move(tables));
  TestTool& a = hub.tool("a");
  const auto drop = [&] {
    return a.request({{.kind = wire::Kind::kDrop}, "/chat/room", "*", R"({"pattern":true})"});
  };
  CHECK(a.join(1, "/chat/room").ok);
  CHECK(a.set(1, "/chat/room", "o", "k", "1").ok);
  CHECK(a.set(1, "/chat/room", "poll", "n", "1").ok);
  CHECK(drop() == R"({"dropped":2,"kept":0})");
  CHECK(a.get("/chat/room", "poll", R"({"key":"n"})") == R"({"value":0})");  // begins anew
  CHECK(a.set(1, "/chat/room", "o", "k", "1").ok);
  CHECK(a.leave(1, "/").ok);
  CHECK(drop() == R"({"dropped":2,"kept":0})");
  CHECK(a.list("/chat/room") == "not_found: no scope /chat/room");
}

TEST_CASE("what the store could not take is undone") {
  HubTest hub;
  TestTool& a = user_of_board(hub, "a");
  TestTool& b = user_of_board(hub, "b");
  TestTool& c = hub.tool("c");
  CHECK(a.set(1, "/chat", "board", "x", "6").ok);
  for (TestTool* tool : {&a, &b}) tool->events();

  SUBCASE("a change of which nobody has heard") {
    hub.revert(1, board(), false);
    for (TestTool* tool : {&a, &b, &c}) CHECK(tool->frames().empty());
    CHECK(
        b.get("/chat", "board").text.ends_with(R"("version":3,"persistent":true,"data":{"x":5}})"));
    CHECK(b.get("/chat", "board").header.epoch == 7);
    CHECK(a.set(1, "/chat", "board", "x", "7").header.version == 4);
    CHECK(b.events().size() == 1);
  }
  SUBCASE("a change that somebody has seen: all users look again") {
    hub.revert(1, board(), true);
    CHECK(a.frames().front().header.kind == wire::Kind::kGap);
    CHECK(b.frames().front().header.kind == wire::Kind::kGap);
    CHECK(c.frames().empty());
    const Answer now = b.use(1, "/chat", "board");
    CHECK(now.text.ends_with(R"("version":3,"persistent":true,"data":{"x":5}})"));
    CHECK(now.header.epoch != 7);
    CHECK(now.header.epoch != 1);
  }
  SUBCASE("its creation") {
    hub.revert(1, std::nullopt, false);
    for (TestTool* tool : {&a, &b, &c}) CHECK(tool->frames().empty());
    CHECK(a.get("/chat", "board").text == "not_found: no object board in /chat");
    CHECK(a.release(1, "/chat", "board").ok);
    CHECK(b.use(1, "/chat", "board", kPersistent).text.ends_with(R"("data":{}})"));
  }
}

TEST_CASE("an end that the store could not take has not happened") {
  HubTest hub;
  TestTool& a = user_of_board(hub, "a");
  CHECK(a.release(1, "/chat", "board").ok);
  CHECK(a.drop("/chat", "board").ok);
  CHECK(a.use(1, "/chat", "board").ok);  // another one of that name
  hub.revert(1, board(), false);
  CHECK(a.frames().front().header.kind == wire::Kind::kGap);
  CHECK(a.get("/chat", "board").text.ends_with(R"("persistent":true,"data":{"x":5}})"));
}
