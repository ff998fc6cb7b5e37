// What those who watch the hub are told.
#include <string>

#include <doctest/doctest.h>

#include "support/hub_test.h"

using namespace so;
using namespace so::test;
using policy::Topic;

namespace {

policy::Topics topics(std::initializer_list<Topic> list) {
  policy::Topics all;
  for (const Topic each : list) all.add(each);
  return all;
}

}  // namespace

TEST_CASE("nobody watches, and nothing is told") {
  HubTest hub;
  TestTool& tool = hub.tool("edge");
  tool.join(1, "/chat");
  tool.set(1, "/chat", "o", "k", "1");
  CHECK(hub.seen().empty());
}

TEST_CASE("lives of scopes, members and objects, in their order") {
  HubTest hub;
  TestTool& tool = hub.tool("edge");
  hub.watch(topics({Topic::kScope, Topic::kMember, Topic::kObject}));
  tool.join(1, "/chat/a");
  const std::string id = tool.member(1);
  CHECK(hub.seen() == Lines{R"({"event":"scope_start","scope":"/chat"})",
                            R"({"event":"scope_start","scope":"/chat/a"})",
                            R"({"event":"join","scope":"/chat","member":")" + id +
                                R"(","info":{},"epoch":"0000000000000002","version":1})",
                            R"({"event":"join","scope":"/chat/a","member":")" + id +
                                R"(","info":{},"epoch":"0000000000000003","version":1})"});
  tool.use(1, "/chat/a", "o");
  const std::string of_use = R"(","scope":"/chat/a","object":"o","member":")" + id + R"("})";
  const std::string of_life = R"(","scope":"/chat/a","object":"o","persistent":false})";
  CHECK(hub.seen() == Lines{R"({"event":"object_start)" + of_life, R"({"event":"use)" + of_use});
  tool.leave(1, "/");
  CHECK(hub.seen() == Lines{R"({"event":"release)" + of_use,
                            R"({"event":"leave","scope":"/chat/a","member":")" + id +
                                R"(","epoch":"0000000000000003","version":2})",
                            R"({"event":"leave","scope":"/chat","member":")" + id +
                                R"(","epoch":"0000000000000002","version":2})"});
  hub.pass(Seconds{5});
  CHECK(hub.seen() == Lines{R"({"event":"object_stop)" + of_life,
                            R"({"event":"scope_stop","scope":"/chat/a"})",
                            R"({"event":"scope_stop","scope":"/chat"})"});
}

TEST_CASE("changes and streams") {
  HubTest hub;
  TestTool& tool = hub.tool("edge");
  hub.watch(topics({Topic::kChange, Topic::kStream}));
  tool.join(1, "/live");
  tool.set(1, "/live", "o", "k", "1");
  tool.set(1, "/live", "o", "k", "1");
  const Lines changes = hub.seen();
  REQUIRE(changes.size() == 1);  // the second had no effect
  CHECK(changes.front().starts_with(R"({"event":"change","scope":"/live","object":"o")"));
  CHECK(changes.front().ends_with(R"("changes":[{"op":"set","key":"k","value":1}]})"));
  tool.publish(1, "/live/cam");
  tool.unpublish(1, "/live/cam");
  const std::string of = R"({"event":"stream","stream":"/live/cam","state":")";
  const std::string by = R"(","publisher":")" + tool.member(1) + R"("})";
  CHECK(hub.seen() == Lines{of + "up" + by, of + "down" + by});
  hub.watch({});
  tool.set(1, "/live", "o", "k", "2");
  CHECK(hub.seen().empty());
}
