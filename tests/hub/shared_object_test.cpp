// The sequencer: (epoch, version), (producer, seq), resume.
#include "hub/shared_object.h"

#include <array>
#include <random>

#include <doctest/doctest.h>

#include "support/hub_test.h"
#include "support/replica.h"

using namespace so;
using namespace so::test;

namespace {

std::string numbered(std::string_view producer, int seq, int value) {
  return fmt::format(
      R"({{"changes":[{{"op":"set","key":"k","value":{}}}],"producer":"{}","seq":{}}})", value,
      producer, seq);
}

Answer use_from(TestTool& tool, const Replica& replica, std::string_view body = "") {
  const auto epoch = wire::from_hex64(replica.epoch).value_or(0);
  return tool.request(
      {{.kind = wire::Kind::kUse, .member = 1, .epoch = epoch, .version = replica.version},
       "/chat",
       "chat",
       body});
}

// The attributes as the hub has them.
std::map<std::string, std::string> truth(TestTool& tool, const std::string& object = "chat") {
  Replica replica;
  replica.take(tool.get("/chat", object).text);
  return replica.data;
}

}  // namespace

TEST_CASE("a batch with a number is applied once and in order") {
  struct Step {
    std::string_view producer;
    int seq;
    int value;
    std::string_view answer;
    std::uint64_t version;
  };
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  for (const Step& step : std::array{
           Step{"P", 1, 10, R"({"status":"ok"})", 2},
           Step{"P", 1, 10, R"({"status":"dup","applied":2})", 2},  // the reply was lost
           Step{"P", 1, 99, R"({"status":"dup","applied":2})", 2},  // whatever it says now
           Step{"P", 3, 30, R"({"status":"gap","last":1})", 2},     // 2 is missing
           Step{"P", 2, 10, R"({"status":"noop"})", 2},             // no effect uses the number up
           Step{"P", 2, 11, R"({"status":"dup","applied":2})", 2},
           Step{"P", 3, 30, R"({"status":"ok"})", 3},
           Step{"P", 1, 10, R"({"status":"dup"})", 3},  // at which version is forgotten
           Step{"P", 3, 30, R"({"status":"dup","applied":3})", 3},
           Step{"Q", 2, 40, R"({"status":"gap","last":0})", 3},  // each producer has its own
           Step{"Q", 1, 40, R"({"status":"ok"})", 4},
       }) {
    const Answer answer =
        a.change(1, "/chat", "chat", numbered(step.producer, step.seq, step.value));
    CHECK_MESSAGE(answer == step.answer, step.producer, " ", step.seq, " ", step.value);
    CHECK(answer.header.version == step.version);
  }
}

TEST_CASE("a batch that is refused or not at the expected version does not use its number up") {
  hub::Options options;
  options.attributes = 1;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.change(1, "/chat", "chat", numbered("P", 1, 1)).ok);
  const auto second = [&](std::string_view key, int expect) {
    return a.change(1, "/chat", "chat",
                    fmt::format(R"({{"changes":[{{"op":"set","key":"{}","value":2}}],)"
                                R"("expect":{},"producer":"P","seq":2}})",
                                key, expect));
  };
  CHECK(second("k", 1) == R"({"status":"cas"})");
  CHECK(second("other", 2).text.starts_with("limit: attributes of the object"));
  CHECK(second("k", 2) == R"({"status":"ok"})");
  CHECK(second("k", 2) == R"({"status":"dup","applied":3})");  // before expect is looked at
}

TEST_CASE("an idle producer is forgotten when its place is needed, whosever it is") {
  hub::Options options;
  options.producers = 2;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "chat").ok);
  CHECK(a.change(1, "/chat", "chat", numbered("P", 1, 1)).ok);
  const auto pass = [&](int seconds) {
    for (int i = 0; i < seconds; i += 4) {
      CHECK(a.beat().ok);
      hub.pass(Seconds{4});
    }
  };
  pass(200);
  CHECK(a.change(1, "/chat", "chat", numbered("Q", 1, 2)).ok);
  pass(100);
  CHECK(a.change(2, "/chat", "chat", numbered("R", 1, 3)) == R"({"status":"ok"})");
  CHECK(a.change(1, "/chat", "chat", numbered("Q", 1, 2)) == R"({"status":"dup","applied":3})");
  CHECK(a.change(1, "/chat", "chat", numbered("P", 2, 2)) == R"({"status":"gap","last":0})");
}

TEST_CASE("many producers of one author displace its own alone, and nobody is refused") {
  HubTest hub;
  TestTool& flood = hub.tool("flood");
  TestTool& honest = hub.tool("honest");
  CHECK(honest.join(1, "/chat").ok);
  CHECK(honest.use(1, "/chat", "chat").ok);
  CHECK(honest.change(1, "/chat", "chat", numbered("page", 1, -1)).ok);
  CHECK(flood.join(1, "/chat").ok);
  for (int i = 0; i < 3000; ++i) {
    const auto producer = fmt::format("p{}", i);
    CHECK(flood.change(1, "/chat", "chat", numbered(producer, 1, i)) == R"({"status":"ok"})");
  }
  CHECK(honest.change(1, "/chat", "chat", numbered("page", 1, -1)) ==
        R"({"status":"dup","applied":2})");  // the reply was lost
  CHECK(honest.change(2, "/chat", "chat", numbered("newcomer", 1, -2)) == R"({"status":"ok"})");
  CHECK(honest.change(1, "/chat", "chat", numbered("page", 2, -3)) == R"({"status":"ok"})");
  CHECK(flood.change(1, "/chat", "chat", numbered("p0", 2, 0)) == R"({"status":"gap","last":0})");
  CHECK(flood.change(1, "/chat", "chat", numbered("p2999", 1, 0))
            .text.starts_with(R"({"status":"dup")"));
}

TEST_CASE(
    "more authors than there are places for are not refused: the longest idle are forgotten") {
  hub::Options options;
  options.producers = 3;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  const auto write = [&](std::uint64_t member, int seq) {
    return a.change(member, "/chat", "chat", numbered(fmt::format("p{}", member), seq, seq));
  };
  for (std::uint64_t member = 1; member <= 3; ++member) CHECK(write(member, 1).ok);
  CHECK(write(1, 2) == R"({"status":"ok"})");
  CHECK(write(4, 1) == R"({"status":"ok"})");
  CHECK(write(1, 3) == R"({"status":"ok"})");
  CHECK(write(2, 2) == R"({"status":"gap","last":0})");
}

TEST_CASE("a user has one share of an object's producers, whatever it comes by") {
  hub::Options options;
  options.producers_per_author = 2;
  HubTest hub{options};
  TestTool& a = hub.tool("a", R"({"role":"guest"})");
  TestTool& b = hub.tool("b");
  for (TestTool* tool : {&a, &b}) {
    for (const std::uint64_t member : {1U, 2U}) {
      CHECK(tool->join(member, "/chat", R"({"claims":{"role":"user","sub":"ann"}})").ok);
    }
  }
  CHECK(a.change(1, "/chat", "chat", numbered("P", 1, 1)).ok);
  CHECK(a.change(2, "/chat", "chat", numbered("Q", 1, 2)).ok);
  CHECK(b.change(1, "/chat", "chat", numbered("R", 1, 3)).ok);
  CHECK(b.change(2, "/chat", "chat", numbered("P", 2, 4)) == R"({"status":"gap","last":0})");
  CHECK(b.change(2, "/chat", "chat", numbered("Q", 2, 4)) == R"({"status":"ok"})");
}

TEST_CASE("what had no effect takes nobody's place") {
  hub::Options options;
  options.producers = 2;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.change(1, "/chat", "chat", numbered("P", 1, 1)) == R"({"status":"ok"})");
  CHECK(a.change(2, "/chat", "chat", numbered("Q", 1, 1)) == R"({"status":"noop"})");
  CHECK(a.change(2, "/chat", "chat", numbered("Q", 2, 2)) == R"({"status":"ok"})");
  CHECK(a.change(3, "/chat", "chat", numbered("R", 1, 2)) == R"({"status":"noop"})");
  CHECK(a.change(3, "/chat", "chat", numbered("R", 2, 2)) == R"({"status":"gap","last":0})");
  CHECK(a.change(1, "/chat", "chat", numbered("P", 1, 1)) == R"({"status":"dup","applied":2})");
}

TEST_CASE("who comes back gets exactly the missing batches, or a snapshot that says so") {
  HubTest hub;
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "chat").ok);
  CHECK(a.set(1, "/chat", "chat", "k", "1").ok);
  CHECK(a.batch(1, "/chat", "chat",
                R"({"op":"set","key":"k","value":2},{"op":"send","handler":"h","args":[]})")
            .ok);
  Replica at2{.epoch = "0000000000000001", .version = 2};
  const Answer resumed = use_from(a, at2);
  CHECK(resumed.header.version == 3);
  CHECK(resumed ==
        fmt::format(R"({{"event":"resume","scope":"/chat","object":"chat",)"
                    R"("epoch":"0000000000000001","version":3,"batches":[)"
                    R"({{"version":3,"from":"{}","changes":[{{"op":"set","key":"k","value":2}},)"
                    R"({{"op":"send","handler":"h","args":[]}}]}}]}})",
                    a.member(1)));
  at2.version = 3;
  CHECK(use_from(a, at2).text.ends_with(R"("version":3,"batches":[]})"));
  at2.version = 4;  // from the future
  CHECK(use_from(a, at2).text.starts_with(R"({"event":"sync")"));
  at2.version = 3;
  at2.epoch = "0000000000000002";
  CHECK(use_from(a, at2).text.starts_with(R"({"event":"sync")"));
  CHECK(use_from(a, at2, R"({"quiet":true})") == "ok");
}

TEST_CASE("O23: five writers at once: every write is answered, every replica is the hub's object") {
  HubTest hub;
  std::vector<TestTool*> tools;
  std::vector<Replica> replicas(5);
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    tools.push_back(&hub.tool(fmt::format("w{}", i)));
    CHECK(tools[i]->join(1, "/chat").ok);
    replicas[i].take(tools[i]->use(1, "/chat", "chat").text);
  }
  std::mt19937 random{7};
  std::size_t answered = 0;
  for (int round = 0; round < 1000; ++round) {
    for (std::size_t i = 0; i < tools.size(); ++i) {
      const std::string key = random() % 2 == 0 ? "shared" : fmt::format("own{}", i);
      answered += tools[i]->set(1, "/chat", "chat", key, std::to_string(round)).ok ? 1U : 0U;
    }
    for (std::size_t i = 0; i < tools.size(); ++i) {
      if (random() % 4 != 0) continue;  // some read late
      for (const wire::Frame& event : tools[i]->frames()) replicas[i].take(event.body);
    }
  }
  CHECK(answered == 5000);
  for (std::size_t i = 0; i < tools.size(); ++i) {
    for (const wire::Frame& event : tools[i]->frames()) replicas[i].take(event.body);
    CHECK(replicas[i].broken == "");
    CHECK(replicas[i].data == truth(*tools[0]));
  }
}

TEST_CASE("readers who miss batches and return end where the hub is, whatever the bounds") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random{seed};
    hub::Options options;
    options.log_batches = 1 + random() % 20;
    options.log_bytes = 100 + random() % 4000;
    options.all_log_bytes = 100 + random() % 8000;
    HubTest hub{options};
    TestTool& writer = hub.tool("writer");
    TestTool& reader = hub.tool("reader");
    for (TestTool* tool : {&writer, &reader}) CHECK(tool->join(1, "/chat").ok);
    CHECK(writer.use(1, "/chat", "chat").ok);
    CHECK(writer.use(1, "/chat", "noise").ok);
    Replica replica;
    replica.take(use_from(reader, replica).text);
    for (int step = 0; step < 300; ++step) {
      const auto value = fmt::format("\"{}\"", std::string(random() % 60, 'v'));
      const auto key = fmt::format("k{}", random() % 6);
      switch (random() % 8) {
        case 0:
          CHECK(writer.batch(1, "/chat", "chat", R"({"op":"clear"})").ok);
          break;
        case 1:
          CHECK(writer.set(1, "/chat", "chat", key, "null").ok);
          break;
        case 2:
          CHECK(writer.set(1, "/chat", "noise", key, value).ok);
          break;
        case 3:  // the reader goes and comes back
          CHECK(reader.release(1, "/chat", "chat").ok);
          for (const wire::Frame& event : reader.frames()) replica.take(event.body);
          for (auto missed = random() % 12; missed > 0; --missed) {
            CHECK(writer.set(1, "/chat", "chat", key, std::to_string(random())).ok);
          }
          replica.take(use_from(reader, replica).text);
          break;
        default:
          CHECK(writer.set(1, "/chat", "chat", key, value).ok);
      }
    }
    for (const wire::Frame& event : reader.frames()) replica.take(event.body);
    CHECK(replica.broken == "");
    CHECK(replica.data == truth(writer));
    CHECK(replica.syncs + replica.resumes > 20);
    CHECK(replica.resumes > 0);  // an empty one at least
  }
}

TEST_CASE("a batch that is kept in the log is resumed as far back as the log goes") {
  hub::Options options;
  options.log_batches = 10;
  HubTest hub{options};
  TestTool& a = hub.tool("a");
  CHECK(a.join(1, "/chat").ok);
  CHECK(a.use(1, "/chat", "chat").ok);
  for (int i = 0; i < 100; ++i) CHECK(a.set(1, "/chat", "chat", "k", std::to_string(i)).ok);
  for (std::uint64_t version = 80; version <= 101; ++version) {
    Replica replica{.epoch = "0000000000000001", .version = version};
    replica.take(use_from(a, replica).text);
    CHECK(replica.broken == "");
    CHECK(replica.version == 101);
    CHECK(replica.resumes == (version >= 91 ? 1 : 0));
  }
}
