#include "hub/metadata.h"

#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/hub_test.h"
#include "support/rules.h"

using namespace so;
using namespace so::test;
using hub::Metadata;
using policy::Action;
using policy::Actions;

namespace {

void put(Metadata& metadata, std::string_view stream, std::string data) {
  metadata.put(stream, {std::make_shared<const std::string>(std::move(data)), std::nullopt});
}

// "/live/a: 1 2" of each stream that is kept.
Lines kept(const Metadata& metadata, std::string_view stream = "/") {
  Lines lines;
  metadata.each(stream, [&](std::string_view path, const Metadata::Values& values) {
    std::string line = fmt::format("{}:", path);
    for (const auto& value : values) line += ' ' + *value.data;
    lines.push_back(std::move(line));
    return true;
  });
  return lines;
}

// What a reader of the hub is told, "TIME DATA" of each.
Lines history(TestTool& tool, std::string_view stream, std::string_view body = "") {
  const Answer answer = tool.request({{.kind = wire::Kind::kHistory}, stream, {}, body});
  json::Parser parser;
  const auto parsed = parser.parse(answer.text);
  REQUIRE_MESSAGE(answer.ok, answer.text);
  json::Array events;
  REQUIRE(json::member(*parsed, "metadata")->get(events) == simdjson::SUCCESS);
  Lines lines;
  for (const json::Element each : events) {
    CHECK(json::text(each, "event") == "meta");
    CHECK(json::text(each, "stream") == stream);
    const auto time = json::integer(each, "timestamp");
    lines.push_back(fmt::format("{} {}", time ? fmt::format("{}", *time) : "never",
                                json::compact(*json::member(each, "data"))));
  }
  if (json::boolean(*parsed, "truncated").value_or(false)) lines.emplace_back("truncated");
  return lines;
}

}  // namespace

TEST_CASE("of a stream so many values and bytes are kept, and always the latest") {
  Metadata metadata{{.streams = 10, .values = 3, .bytes = 10}};
  for (const auto* value : {"1", "2", "3", "4"}) put(metadata, "/live/a", value);
  CHECK(kept(metadata) == Lines{"/live/a: 2 3 4"});
  CHECK(metadata.forgotten() == 1);
  put(metadata, "/live/a", "12345678");
  CHECK(kept(metadata) == Lines{"/live/a: 3 4 12345678"});
  put(metadata, "/live/a", "123");
  CHECK(kept(metadata) == Lines{"/live/a: 123"});
  put(metadata, "/live/a", "larger than all");
  CHECK(kept(metadata) == Lines{"/live/a: larger than all"});
  put(metadata, "/live/b", "1");
  CHECK(kept(metadata, "/live/b") == Lines{"/live/b: 1"});
  CHECK(metadata.streams() == 2);
  CHECK(metadata.values() == 2);
  CHECK(metadata.bytes() == 16);
  CHECK(metadata.forgotten() == 6);
}

TEST_CASE("the stream that has been silent longest goes with all its values") {
  Metadata metadata{{.streams = 2, .values = 3, .bytes = 100}};
  put(metadata, "/live/a", "1");
  put(metadata, "/live/b", "2");
  put(metadata, "/live/b", "3");
  put(metadata, "/live/a", "4");
  put(metadata, "/live/c", "5");
  CHECK(kept(metadata) == Lines{"/live/a: 1 4", "/live/c: 5"});
  CHECK(metadata.values() == 3);
  CHECK(metadata.bytes() == 3);
  CHECK(metadata.forgotten() == 2);
}

TEST_CASE("whatever comes, what is kept is within the bounds, and all that is not is counted") {
  constexpr Metadata::Limits kLimits{.streams = 5, .values = 4, .bytes = 60};
  Metadata metadata{kLimits};
  std::minstd_rand random{4711};
  std::map<std::string, std::deque<std::string>, std::less<>> model;
  std::vector<std::string> order;  // the longest silent first
  constexpr std::uint64_t kPuts = 5000;
  for (std::uint64_t i = 0; i < kPuts; ++i) {
    const std::string stream = fmt::format("/live/{}", random() % 8);
    const std::string data(1 + random() % 80, 'x');
    put(metadata, stream, data);
    std::erase(order, stream);
    order.push_back(stream);
    auto& values = model[stream];
    values.push_back(data);
    const auto bytes = [&] {
      std::size_t sum = 0;
      for (const std::string& value : values) sum += value.size();
      return sum;
    };
    while (values.size() > 1 && (values.size() > kLimits.values || bytes() > kLimits.bytes)) {
      values.pop_front();
    }
    if (model.size() > kLimits.streams) {
      model.erase(order.front());
      order.erase(order.begin());
    }
  }
  Lines wanted;
  std::size_t values = 0;
  std::size_t bytes = 0;
  for (const auto& [stream, all] : model) {
    wanted.push_back(stream + ":");
    for (const std::string& value : all) {
      wanted.back() += ' ' + value;
      bytes += value.size();
    }
    values += all.size();
  }
  CHECK(kept(metadata) == wanted);
  CHECK(metadata.values() == values);
  CHECK(metadata.bytes() == bytes);
  CHECK(metadata.forgotten() == kPuts - values);
}

TEST_CASE("what was said of a stream is told in order, each with its time") {
  HubTest hub{{.metadata_values = 3}};
  TestTool& a = hub.tool("a");
  CHECK(history(a, "/live/cam").empty());
  for (int i = 1; i <= 4; ++i) {
    CHECK(a.meta("/live/cam", fmt::format(R"({{"data":{0},"timestamp":{0}00}})", i)).ok);
  }
  CHECK(a.meta("/live/cam", R"({"data":{"n": 5},"clock":"none"})").ok);
  CHECK(history(a, "/live/cam") == Lines{"300 3", "400 4", R"(never {"n":5})"});
  CHECK(history(a, "/live/cam", R"({"last":2})") == Lines{"400 4", R"(never {"n":5})"});
  CHECK(history(a, "/live/cam", R"({"last":0})").empty());
  CHECK(history(a, "/live/cam", R"({"last":100})").size() == 3);
  CHECK(a.stat("/").text.find(R"("metadata":{"values":3,"bytes":9,"forgotten":2})") !=
        std::string::npos);

  const auto ask = [&](std::string_view stream, std::string_view body) {
    return a.request({{.kind = wire::Kind::kHistory}, stream, {}, body});
  };
  CHECK(ask("/", "") == "bad_request: a history is of one stream");
  CHECK(ask("/live/cam", R"({"last":-1})").text.starts_with("bad_request: last"));
  CHECK(ask("live", "").text.starts_with("bad_path: "));
}

TEST_CASE("what was said to all is in the history of each stream that was up") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/live").ok);
  CHECK(a.publish(1, "/live/cam").ok);
  CHECK(a.meta("/live/cam", R"({"data":1,"timestamp":1})").ok);
  CHECK(a.meta("/", R"({"data":2,"timestamp":2})").ok);
  CHECK(history(a, "/live/cam") == Lines{"1 1", "2 2"});
  CHECK(history(a, "/live/other").empty());
}

TEST_CASE("a history that does not fit a frame is its newest part, and says so") {
  HubTest hub{{.metadata_values = 1000, .metadata_bytes = std::size_t{4} << 20U}};
  TestTool& a = hub.tool("a");
  for (int i = 1; i <= 30; ++i) {
    CHECK(a.meta("/live/cam",
                 fmt::format(R"({{"data":"{}","timestamp":{}}})", std::string(60'000, 'x'), i))
              .ok);
  }
  const Lines told = history(a, "/live/cam");
  REQUIRE(told.size() == 18);
  CHECK(told.back() == "truncated");
  CHECK(told.front().starts_with("14 "));
  CHECK(told.at(16).starts_with("30 "));
  CHECK(history(a, "/live/cam", R"({"last":17})").size() == 17);
}

TEST_CASE("who may play a stream may read what was said of it") {
  HubTest hub;
  hub.set_policy(rules({for_role(allow(Actions::all()), "host"),
                        with_reason(deny(Actions{Action::kPlay}, "/live"), "members only")}));
  TestTool& guest = hub.tool("guest", R"({"role":"guest"})");
  TestTool& shell = hub.tool("shell");
  CHECK(shell.meta("/live/cam", R"({"data":1,"timestamp":1})").ok);
  CHECK(shell.meta("/open/cam", R"({"data":2,"timestamp":2})").ok);
  const auto ask = [&](std::string_view stream, std::string_view body) {
    return guest.request({{.kind = wire::Kind::kHistory, .member = 1}, stream, {}, body});
  };
  CHECK(ask("/live/cam", "") == "denied: members only");
  CHECK(ask("/live/cam", R"({"claims":{"role":"host"}})").ok);
  CHECK(ask("/open/cam", "").ok);
  CHECK(history(shell, "/live/cam") == Lines{"1 1"});
}
