// Every bound of Options, reached and refused by name; what is at the bound still works.
#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;

namespace {

std::string text(std::size_t bytes) {  // a JSON string of so many bytes
  return '"' + std::string(bytes - 2, 'x') + '"';
}

}  // namespace

TEST_CASE("tools") {
  hub::Options options;
  options.tools = 2;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  hub.tool("b");
  TestTool& c = hub.stranger("c");
  CHECK(c.hello() == "limit: tools: 2 is the limit");
  CHECK(a.hello().ok);
  CHECK(hub.reconnected(a).hello().ok);
  CHECK(c.hello() == "limit: tools: 2 is the limit");
}

TEST_CASE("members of a tool, scopes and objects of a member, info") {
  hub::Options options;
  options.members_per_tool = 2;
  options.scopes_per_member = 3;
  options.uses_per_member = 1;
  options.info_bytes = 20;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/a").ok);
  CHECK(a.join(1, "/chat/b/c") == "limit: scopes of the member: 3 is the limit");
  CHECK(a.list("/chat/b") == "not_found: no scope /chat/b");
  CHECK(a.join(1, "/chat/b").ok);
  CHECK(a.join(1, "/chat/a").ok);
  CHECK(a.join(2, "/chat/a").ok);
  CHECK(a.join(3, "/chat/a") == "limit: members of the tool: 2 is the limit");
  CHECK(a.leave(2, "/").ok);
  CHECK(a.join(3, "/x", R"({"info":{"nick":"a bit too long"}})") ==
        "limit: info of 25 bytes is over the limit of 20");
  CHECK(a.join(3, "/x").ok);

  CHECK(a.use(1, "/chat", "one").ok);
  CHECK(a.use(1, "/chat", "one").ok);
  CHECK(a.use(1, "/chat", "two") == "limit: objects of the member: 1 is the limit");
  CHECK(a.get("/chat", "two") == "not_found: no object two in /chat");
  CHECK(a.release(1, "/chat", "one").ok);
  CHECK(a.use(1, "/chat", "two").ok);
}

TEST_CASE("objects, all and of one scope") {
  hub::Options options;
  options.objects = 3;
  options.objects_per_scope = 2;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat/x").ok);
  CHECK(a.use(1, "/chat", "1").ok);
  CHECK(a.use(1, "/chat", "2").ok);
  CHECK(a.use(1, "/chat", "3") == "limit: objects of /chat: 2 is the limit");
  CHECK(a.use(1, "/chat/x", "1").ok);
  CHECK(a.set(1, "/chat/x", "2", "k", "1") == "limit: objects: 3 is the limit");
  CHECK(a.release(1, "/chat", "1").ok);
  hub.pass(Seconds{5});
  CHECK(a.use(1, "/chat/x", "2").ok);
}

TEST_CASE("attributes, values and bytes of an object; a batch over a bound changes nothing") {
  hub::Options options;
  options.attributes = 3;
  options.value_bytes = 40;
  options.object_bytes = 100;
  options.changes = 4;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "o").ok);
  const auto batch = [&](std::string_view changes) { return a.batch(1, "/chat", "o", changes); };
  CHECK(batch(R"({"op":"set","key":"a","value":1},{"op":"set","key":"b","value":2},)"
              R"({"op":"set","key":"c","value":3})")
            .ok);
  CHECK(batch(R"({"op":"delete","key":"a"},{"op":"set","key":"d","value":4},)"
              R"({"op":"set","key":"e","value":5})") ==
        "limit: attributes of the object: 4 is over the limit of 3");
  CHECK(a.events() == Lines{"o@2 a=1 b=2 c=3"});
  CHECK(a.get("/chat", "o")
            .text.ends_with(R"("version":2,"persistent":false,)"
                            R"("data":{"a":1,"b":2,"c":3}})"));
  CHECK(batch(R"({"op":"set","key":"d","value":4},{"op":"delete","key":"a"})").ok);  // ends at 3
  CHECK(batch(R"({"op":"clear"},{"op":"clear"},{"op":"clear"},{"op":"clear"},{"op":"clear"})") ==
        "limit: batch of 5 changes is over the limit of 4");

  CHECK(a.set(1, "/chat", "o", "b", text(40)).ok);
  CHECK(a.set(1, "/chat", "o", "b", text(41)) ==
        "limit: changes[0].value of 41 bytes is over the limit of 40");
  CHECK(batch(fmt::format(R"({{"op":"send","handler":"h","args":[{}]}})", text(39))) ==
        "limit: changes[0].args of 41 bytes is over the limit of 40");
  CHECK(a.set(1, "/chat", "o", "c", text(40)).ok);
  CHECK(a.set(1, "/chat", "o", "d", text(40)) ==
        "limit: bytes of the object: 138 is over the limit of 100");
  CHECK(batch(R"({"op":"clear"})").ok);
  CHECK(a.set(1, "/chat", "o", "d", text(40)).ok);
}

TEST_CASE("bytes of all objects: room is made by clearing, and by ending") {
  hub::Options options;
  options.data_bytes = 300;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "1").ok);
  CHECK(a.set(1, "/chat", "1", "k", text(144)).ok);
  CHECK(a.set(1, "/chat", "2", "k", text(144)).ok);
  CHECK(a.set(1, "/chat", "3", "k", text(144)) ==
        "limit: bytes of all objects: 450 is over the limit of 300");
  CHECK(a.set(1, "/chat", "1", "k", text(144)).ok);
  CHECK(a.batch(1, "/chat", "1", R"({"op":"clear"})").ok);
  CHECK(a.set(1, "/chat", "1", "k", text(144)).ok);
  hub.pass(Seconds{5});  // object 2 ends
  CHECK(a.set(1, "/chat", "3", "k", text(144)).ok);
}

TEST_CASE("a change that grows over a frame in its compact form is refused") {
  hub::Options options;
  options.value_bytes = wire::kMaxBody;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  std::string list = "[1e15";
  while (list.size() < 500'000) list += ",1e15";
  list += ']';  // each number has 16 digits in its compact form
  CHECK(a.batch(1, "/chat", "o", fmt::format(R"({{"op":"send","handler":"h","args":{}}})", list))
            .text.starts_with("limit: changes[0].args of 1700"));
  const auto half = list.substr(0, list.size() / 2 - 1) + ']';
  const std::string send = fmt::format(R"({{"op":"send","handler":"h","args":{}}})", half);
  CHECK(a.batch(1, "/chat", "o", send).ok);
  CHECK(a.batch(1, "/chat", "o", send + ',' + send).text.starts_with("limit: bytes of the event"));
}

TEST_CASE("the largest object is read in one frame; a resume that is larger becomes a snapshot") {
  hub::Options options;
  options.log_bytes = 4 * wire::kMaxBody;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "o").ok);
  int set = 0;
  while (a.set(1, "/chat", "o", fmt::format("k{}", set), text(60000)).ok) ++set;
  CHECK(set == 16);
  const Answer all = a.use(1, "/chat", "o");
  CHECK(all.ok);
  CHECK(all.text.size() > 960'000);
  CHECK(all.text.size() <= wire::kMaxBody);
  for (int i = 0; i < 4; ++i)
    CHECK(a.set(1, "/chat", "o", "k0", text(60000 - 1 - static_cast<std::size_t>(i))).ok);
  const auto from = [&](std::uint64_t version) {
    return a.request({{.kind = wire::Kind::kUse, .member = 1, .epoch = 1, .version = version},
                      "/chat",
                      "o",
                      {}});
  };
  CHECK(from(1).text.starts_with(R"({"event":"sync")"));
  CHECK(from(5).text.starts_with(R"({"event":"resume")"));
}

TEST_CASE("streams, follows and a value of metadata") {
  hub::Options options;
  options.streams = 2;
  options.follows_per_tool = 2;
  options.value_bytes = 60;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/live").ok);
  CHECK(a.publish(1, "/live/1").ok);
  CHECK(a.publish(1, "/live/2").ok);
  CHECK(a.publish(1, "/live/3") == "limit: streams: 2 is the limit");
  CHECK(a.publish(1, "/live/1", R"({"video":"h264"})").ok);
  CHECK(a.follow("/").ok);
  CHECK(a.follow("/live/1").ok);
  CHECK(a.follow("/live/2") == "limit: follows of the tool: 2 is the limit");
  CHECK(a.follow("/").ok);
  CHECK(a.meta("/live/1", fmt::format(R"({{"data":{}}})", text(61))) ==
        "limit: data of 61 bytes is over the limit of 60");
  CHECK(a.meta("/live/1", fmt::format(R"({{"data":{}}})", text(60))).ok);
}

TEST_CASE("a list that does not fit a frame ends early and says so") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  const std::string info = fmt::format(R"({{"info":{{"about":{}}}}})", text(4000));
  for (std::uint64_t member = 1; member <= 400; ++member) CHECK(a.join(member, "/chat", info).ok);
  const Answer joined = a.join(401, "/chat", R"({"presence":true})");
  CHECK(joined.ok);
  CHECK(joined.text.size() > 1'000'000);
  CHECK(joined.text.ends_with(R"(],"truncated":true})"));
  json::Parser parser;
  CHECK(parser.parse(joined.text));

  for (int i = 1000; i < 5000; ++i) {
    CHECK(a.publish(1, fmt::format("/chat/{}{}", std::string(250, 's'), i)).ok);
  }
  CHECK(a.meta("/chat/x", R"({"data":1})").ok);  // small, but later
  const Answer streams = a.follow("/");
  CHECK(streams.text.ends_with(R"(],"latest":[],"truncated":true})"));
  CHECK(parser.parse(streams.text));
}
