// Over the bus: who is kicked, and who is called.
#include <string>

#include <doctest/doctest.h>

#include "bus/client_test.h"
#include "bus_door.h"

using namespace so;

TEST_CASE("over the bus, a kicked member leaves and the door is lost") {
  ClientTest test;
  ctl::BusDoor door{test.client, "/chat", false};
  std::string lost;
  door.open([](const bus::Reply&) {},
            [&](const bus::Reply& why) { lost = fmt::format("{}: {}", why.code, why.message); });
  test.hello();
  door.watch(
      "o", [](std::string_view) {}, [](const bus::Reply&) {});
  test.expect(R"(join 1 /chat {"presence":false})");
  test.expect("use 1 /chat o", R"({"event":"sync"})", 7, 1);
  test.bus.deliver({.header = {.kind = wire::Kind::kKicked, .member = 1},
                    .scope = {},
                    .name = {},
                    .body = R"({"event":"kick","member":"ID","reason":"be nice"})"});
  CHECK(lost == "kicked: be nice");
  test.expect("leave 1 /");
}

TEST_CASE("over the bus, a member answers no calls while the tool itself does") {
  ClientTest test;
  ctl::BusDoor door{test.client, "/chat", false};
  std::string called;
  door.open([](const bus::Reply&) {}, [](const bus::Reply&) {});
  test.hello();
  door.serve(
      "sum", true, [&](std::string_view event) { called = event; }, [](const bus::Reply&) {});
  test.expect(R"(serve /chat sum {"share":true})");
  const std::string event = R"({"event":"call","call":"C"})";
  for (const std::uint64_t member : {1U, 0U}) {
    test.bus.deliver({.header = {.kind = wire::Kind::kCalled, .member = member},
                      .scope = "/chat",
                      .name = "sum",
                      .body = event});
    CHECK(called == (member == 0 ? event : ""));
  }
  test.expect(R"(result 1 {"call":"C","error":{"code":"no_method",)"
              R"("message":"this member answers no calls"}})");
  door.result("C", {.value = "3"});
  test.expect(R"(result {"call":"C","result":3})");
}
