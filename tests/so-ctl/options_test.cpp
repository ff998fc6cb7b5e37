#include "options.h"

#include <array>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/parsed.h"

using namespace so;
using ctl::Verb;
using ctl::Way;

namespace {

test::Parsed<ctl::Options> parse(std::vector<const char*> words) {
  return test::parse(ctl::parse_options, std::move(words));
}

}  // namespace

TEST_CASE("the change that each verb asks for") {
  struct Case {
    std::vector<const char*> words;
    std::string_view changes;
  };
  const std::array cases{
      Case{{"set", "/chat", "so", "k", R"({ "a" : 1 })"},
           R"({"op":"set","key":"k","value":{"a":1}})"},
      Case{{"set", "/chat", "so", "k", "[1,[2]]"}, R"({"op":"set","key":"k","value":[1,[2]]})"},
      Case{{"set", "/chat", "so", "k", "-1"}, R"({"op":"set","key":"k","value":-1})"},
      Case{{"--text", "set", "/chat", "so", "k", "1"}, R"({"op":"set","key":"k","value":"1"})"},
      Case{{"del", "/chat", "so", "k"}, R"({"op":"delete","key":"k"})"},
      Case{{"clear", "/chat", "so"}, R"({"op":"clear"})"},
      Case{{"send", "/chat", "so", "h"}, R"({"op":"send","handler":"h","args":[]})"},
      Case{{"send", "/chat", "so", "h", "1", "[2]"},
           R"({"op":"send","handler":"h","args":[1,[2]]})"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.changes);
    const auto run = parse(c.words);
    CHECK_FALSE(run.exit);
    CHECK(run.options.command.verb == Verb::kChange);
    CHECK(run.options.command.scope == "/chat");
    CHECK(run.options.command.object == "so");
    CHECK(run.options.command.changes == R"({"changes":[)" + std::string{c.changes} + "]}");
  }
}

TEST_CASE("get, watch, drop and ls") {
  const auto drop = parse({"drop", "/chat", "so"});
  CHECK(drop.options.command.verb == Verb::kDrop);
  CHECK(drop.options.command.object == "so");
  CHECK_FALSE(drop.options.command.pattern);
  CHECK(parse({"drop", "/chat", "draft*", "--pattern"}).options.command.pattern);
  const auto get = parse({"get", "chat/room1/", "so", "k"});
  CHECK(get.options.command.verb == Verb::kGet);
  CHECK(get.options.command.scope == "/chat/room1");
  CHECK(get.options.command.key == "k");
  CHECK(parse({"get", "/chat", "so"}).options.command.key.empty());
  const auto watch = parse({"watch", "/chat", "so", "--count", "3", "--timeout", "2s"});
  CHECK(watch.options.command.verb == Verb::kWatch);
  CHECK(watch.options.command.count == 3);
  CHECK(watch.options.command.timeout == Millis{2000});
  const auto all = parse({"ls"});
  CHECK_FALSE(all.exit);
  CHECK(all.options.command.verb == Verb::kList);
  CHECK(all.options.command.scope == "/");
  CHECK_FALSE(all.options.command.tree);  // this is no terminal
  CHECK(parse({"ls", "/chat"}).options.command.scope == "/chat");
}

TEST_CASE("through another door the scope is in the URL") {
  const auto web = parse({"--at", "ws://127.0.0.1:8081/chat/room1", "get", "so", "k"});
  CHECK_FALSE(web.exit);
  CHECK(web.options.way == Way::kWebSocket);
  CHECK(web.options.web.target == "/chat/room1");
  CHECK(web.options.command.object == "so");
  CHECK(web.options.command.key == "k");
  const auto rtmp = parse({"--at", "rtmp://127.0.0.1/chat/room1", "--persistent", "clear", "so"});
  CHECK(rtmp.options.way == Way::kRtmp);
  CHECK(rtmp.options.rtmp.path == "chat/room1");
  CHECK(rtmp.options.command.persistent);
}

TEST_CASE("words that make no sense are refused by name") {
  struct Case {
    std::vector<const char*> words;
    std::string_view said;
  };
  const std::array cases{
      Case{{}, "subcommand"},
      Case{{"get"}, "SCOPE is missing"},
      Case{{"get", "/chat"}, "so-ctl get SCOPE OBJECT [KEY]"},
      Case{{"get", "/chat", "so", "k", "more"}, "so-ctl get SCOPE OBJECT [KEY]"},
      Case{{"get", "/../chat", "so"}, "SCOPE: "},
      Case{{"set", "/chat", "so", "k", "hello"}, "use --text): hello"},
      Case{{"send", "/chat", "so", "h", "hello"}, "use --text): hello"},
      Case{{"--at", "http://127.0.0.1/chat", "ls"}, "--at: http://"},
      Case{{"--at", "ws://", "ls"}, "--at: "},
      Case{{"--at", "ws://127.0.0.1/chat", "get", "/chat", "so", "k"}, "SCOPE is in the URL"},
      Case{{"--count", "0", "watch", "/chat", "so"}, "--count"},
      Case{{"--timeout", "5", "watch", "/chat", "so"}, "--timeout"},
  };
  for (const Case& c : cases) {
    const auto run = parse(c.words);
    CAPTURE(run.err);
    CHECK(run.exit == Exit::kUsage);
    CHECK(run.err.find(c.said) != std::string::npos);
  }
}
