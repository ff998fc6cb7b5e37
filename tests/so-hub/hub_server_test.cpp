// A hub and its tools, over ZeroMQ, on one loop.
#include "hub_server.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bus/client.h"
#include "bus/outbox.h"
#include "bus/zmq_bus.h"
#include "support/raw_tool.h"
#include "support/temp_dir.h"
#include "support/wait.h"

using namespace so;
using wire::Kind;

namespace {

/// A tool with one member in /chat that uses "so", and the last value it saw.
struct Tool {
  Tool(const std::string& address, net::Loop& loop, std::string name)
      : bus(std::move(*bus::ZmqBus::connect(address, loop))), client(*bus, loop, std::move(name)) {
    client.listen({.event =
                       [this](const wire::FrameView& event) {
                         if (event.header.kind == Kind::kChanged) {
                           versions.push_back(event.header.version);
                           last = event.body;
                         } else {
                           others.emplace_back(event.body);
                         }
                       },
                   .sync =
                       [this](const wire::FrameView& sync) {
                         ++syncs;
                         last = sync.body;
                       }});
    client.join(1, "/chat", {.presence = true});
    client.use(1, "/chat", "so", {}, [this](const bus::Reply& reply) {
      ready = reply.ok();
      last = reply.body;
    });
  }
  void set(int value, bus::Done done = {}) {
    client.change(1, "/chat", "so",
                  fmt::format(R"({{"changes":[{{"op":"set","key":"k","value":{}}}]}})", value),
                  std::move(done));
  }
  [[nodiscard]] bool shows(int value) const {
    return last.find(fmt::format(R"("value":{}}}]}})", value)) != std::string::npos ||
           last.find(fmt::format(R"("k":{}}}}})", value)) != std::string::npos;
  }

  std::unique_ptr<bus::Bus> bus;
  bus::Client client;
  bool ready = false;
  int syncs = 0;
  std::string last;
  std::vector<std::uint64_t> versions;
  std::vector<std::string> others;
};

struct HubTest {
  TempDir dir;
  std::string address = "ipc://" + dir.path("bus");
  net::Loop loop;
  std::unique_ptr<HubServer> hub = start();

  std::unique_ptr<HubServer> start() {
    auto server = HubServer::bind({.address = address, .hub = {}}, loop);
    REQUIRE_MESSAGE(server, server.error().text);
    return std::move(*server);
  }
  bool until(const std::function<bool()>& condition) { return wait_until(loop, condition); }
};

wire::FrameView frame(Kind kind, std::uint32_t request, std::uint64_t member,
                      std::string_view body) {
  return {.header = {.kind = kind, .request = request, .member = member},
          .scope = kind == Kind::kHello ? "" : "/chat",
          .name = kind == Kind::kUse ? "so" : "",
          .body = body};
}

/// Says hello, joins and uses like a Tool, and then does as the test pleases.
void introduce(RawTool& tool) {
  tool.send(frame(Kind::kHello, 1, 0, R"({"tool":"raw","incarnation":"0123456789abcdef"})"));
  tool.send(frame(Kind::kJoin, 2, 1, ""));
  tool.send(frame(Kind::kUse, 3, 1, ""));
}

template <class Field>
auto of_frames(const Bytes& message, Field field) {
  std::vector<decltype(field(wire::Header{}))> all;
  Cursor in{message};
  for (auto frame = wire::read_frame(in); frame && *frame; frame = wire::read_frame(in)) {
    all.push_back(field((*frame)->header));
  }
  return all;
}
std::vector<Kind> kinds_of(const Bytes& message) {
  return of_frames(message, [](const wire::Header& header) { return header.kind; });
}
std::vector<std::uint32_t> requests_of(const Bytes& message) {
  return of_frames(message, [](const wire::Header& header) { return header.request; });
}

std::string text_of(const std::optional<Bytes>& message) {
  return message ? to_text(*message) : "";
}

}  // namespace

TEST_CASE("changes reach all who use the object, in one order") {
  HubTest test;
  Tool ann{test.address, test.loop, "ann"};
  Tool bob{test.address, test.loop, "bob"};
  REQUIRE(test.until([&] { return ann.ready && bob.ready; }));
  for (int i = 1; i <= 1000; ++i) (i % 2 == 0 ? ann : bob).set(i);
  REQUIRE(test.until([&] { return ann.versions.size() == 1000 && bob.versions.size() == 1000; }));
  CHECK(ann.versions == bob.versions);
  CHECK(ann.versions.front() + 999 == ann.versions.back());
  CHECK(ann.last == bob.last);
}

TEST_CASE("a restarted hub is found again, and all see the same again") {
  HubTest test;
  Tool ann{test.address, test.loop, "ann"};
  Tool bob{test.address, test.loop, "bob"};
  REQUIRE(test.until([&] { return ann.ready && bob.ready; }));
  ann.set(1);
  REQUIRE(test.until([&] { return bob.shows(1); }));
  const std::size_t seen = ann.others.size() + bob.others.size();
  const TimePoint killed = Clock::now();
  test.hub.reset();
  REQUIRE(test.until([&] { return !ann.client.connected() && !bob.client.connected(); }));
  std::string code;
  ann.set(2, [&](const bus::Reply& reply) { code = reply.code; });
  test.hub = test.start();
  REQUIRE(test.until([&] { return ann.client.connected() && bob.client.connected(); }));
  CHECK(Clock::now() - killed < Seconds{2});
  CHECK(code == "hub_lost");
  CHECK(ann.syncs == 1);
  CHECK(bob.syncs == 1);
  bob.set(3);
  REQUIRE(test.until([&] { return ann.shows(3) && bob.shows(3); }));
  CHECK(ann.others.size() + bob.others.size() == seen);  // that they joined again is no news
}

TEST_CASE("a tool that vanishes is noticed at once, not when its lease ends") {
  HubTest test;
  Tool ann{test.address, test.loop, "ann"};
  REQUIRE(test.until([&] { return ann.ready; }));
  {
    RawTool raw{test.address};
    introduce(raw);
    REQUIRE(test.until([&] { return ann.others.size() == 1; }));
    CHECK(ann.others[0].find(R"("event":"join")") != std::string::npos);
  }
  REQUIRE(test.until([&] { return ann.others.size() == 2; }));
  CHECK(ann.others[1].starts_with(
      R"({"event":"leave","scope":"/chat","member":"0123456789abcdef-1","epoch":")"));
}

TEST_CASE("a tool that does not read neither slows the others nor makes the hub grow") {
  HubTest test;
  Tool writer{test.address, test.loop, "writer"};
  REQUIRE(test.until([&] { return writer.ready; }));
  RawTool sleeper{test.address, 1};
  introduce(sleeper);
  REQUIRE(test.until([&] { return writer.others.size() == 1; }));
  // 64 MiB through the object, four times what the hub keeps for the sleeper.
  const std::string body = fmt::format(
      R"({{"changes":[{{"op":"send","handler":"h","args":["{}"]}}]}})", std::string(60000, 'x'));
  int answered = 0;
  for (int sent = 0; sent < 1100; ++sent) {
    writer.client.change(1, "/chat", "so", body, [&](const bus::Reply&) { ++answered; });
    if (sent % 100 == 99) REQUIRE(test.until([&] { return answered == sent + 1; }));
  }
  REQUIRE(test.until([&] { return writer.versions.size() == 1100; }));
  CHECK(test.hub->bus().counters().gaps == 1);
  CHECK(test.hub->bus().waiting() > bus::Outbox::kEventBytes / 2);
  CHECK(test.hub->bus().waiting() <= bus::Outbox::kEventBytes + 2 * bus::Batches::kMessageBytes);
  // It wakes up, and is told what it missed.
  std::string last;
  REQUIRE(test.until([&] {
    for (auto message = sleeper.receive(); message; message = sleeper.receive()) {
      last = to_text(*message);
    }
    return last.size() == wire::kHeaderBytes;
  }));
  CHECK(static_cast<Kind>(last[3]) == Kind::kGap);
}

TEST_CASE("who was replaced is told also when it is behind, before it looks again") {
  HubTest test;
  Tool writer{test.address, test.loop, "writer"};
  REQUIRE(test.until([&] { return writer.ready; }));
  RawTool sleeper{test.address, 1};
  introduce(sleeper);
  wire::FrameView mailbox = frame(Kind::kRegister, 4, 1, "");
  mailbox.scope = {};
  mailbox.name = "ann";
  sleeper.send(mailbox);
  REQUIRE(test.until([&] { return writer.others.size() == 1; }));
  const std::string body = fmt::format(
      R"({{"changes":[{{"op":"send","handler":"h","args":["{}"]}}]}})", std::string(60000, 'x'));
  while (test.hub->bus().counters().gaps == 0) {
    bool answered = false;
    writer.client.change(1, "/chat", "so", body, [&](const bus::Reply&) { answered = true; });
    REQUIRE(test.until([&] { return answered; }));
  }
  bool registered = false;
  writer.client.open_mailbox(1, "ann", {},
                             [&](const bus::Reply& reply) { registered = reply.ok(); });
  REQUIRE(test.until([&] { return registered; }));
  std::vector<Kind> told;
  REQUIRE(test.until([&] {
    for (auto message = sleeper.receive(); message; message = sleeper.receive()) {
      const std::vector<Kind> kinds = kinds_of(*message);
      told.insert(told.end(), kinds.begin(), kinds.end());
    }
    return !told.empty() && told.back() == Kind::kGap;
  }));
  REQUIRE(told.size() > 1);
  CHECK(told[told.size() - 2] == Kind::kReplaced);
}

TEST_CASE("a tool that asks for more than it reads waits for itself") {
  constexpr std::uint32_t kGets = 100;
  HubTest test;
  Tool writer{test.address, test.loop, "writer"};
  REQUIRE(test.until([&] { return writer.ready; }));
  RawTool reader{test.address, 1};
  introduce(reader);
  REQUIRE(test.until([&] { return writer.others.size() == 1; }));
  for (int i = 0; i < 15; ++i) {
    writer.client.change(1, "/chat", "large",
                         fmt::format(R"({{"changes":[{{"op":"set","key":"k{}","value":"{}"}}]}})",
                                     i, std::string(60000, 'x')));
  }
  Bytes gets;
  for (std::uint32_t i = 0; i < kGets; ++i) {
    wire::FrameView get = frame(Kind::kGet, 100 + i, 1, "");
    get.name = "large";
    wire::write_frame(get, gets);
  }
  bool written = false;
  writer.set(1, [&](const bus::Reply&) { written = true; });
  REQUIRE(test.until([&] { return written; }));
  reader.send(as_text(gets));
  REQUIRE(test.until([&] { return test.hub->bus().counters().put_off > 0; }));
  reader.send(frame(Kind::kList, 100 + kGets, 1, ""));  // behind all that it asked
  std::size_t most = 0;
  std::vector<std::uint32_t> answered;
  REQUIRE(test.until([&] {
    most = std::max(most, test.hub->bus().waiting());
    if (const auto message = reader.receive()) {
      for (const std::uint32_t request : requests_of(*message)) {
        if (request >= 100) answered.push_back(request);
      }
    }
    return answered.size() > kGets;
  }));
  CHECK(std::ranges::is_sorted(answered));
  CHECK(most < bus::Outbox::kEnoughBytes + wire::kMaxBody);
  CHECK(writer.others.size() == 1);  // nobody has left
}

TEST_CASE("garbage is answered, counted, and hurts nobody") {
  HubTest test;
  Tool ann{test.address, test.loop, "ann"};
  REQUIRE(test.until([&] { return ann.ready; }));
  RawTool vandal{test.address};
  vandal.send("GET / HTTP/1.1");
  std::string answer;
  REQUIRE(test.until([&] { return !(answer = text_of(vandal.receive())).empty(); }));
  CHECK(answer.find("bad_request") != std::string::npos);
  Bytes other_version;
  wire::write_frame(frame(Kind::kHello, 1, 0, ""), other_version);
  other_version[2] = 9;
  vandal.send(as_text(other_version));
  REQUIRE(test.until([&] { return !(answer = text_of(vandal.receive())).empty(); }));
  CHECK(answer.find(R"("code":"version")") != std::string::npos);
  for (int i = 0; i < 10000; ++i) vandal.send("garbage");
  ann.set(1);
  REQUIRE(test.until([&] { return ann.shows(1); }));
  REQUIRE(test.until([&] { return test.hub->bus().counters().malformed == 10002; }));
}

TEST_CASE("an unknown tool is told to say hello") {
  HubTest test;
  RawTool tool{test.address};
  tool.send(frame(Kind::kJoin, 7, 1, ""));
  std::string answer;
  REQUIRE(test.until([&] { return !(answer = text_of(tool.receive())).empty(); }));
  CHECK(answer.find("unknown_tool") != std::string::npos);
}

TEST_CASE("the socket is for owner and group, and a second hub is refused") {
  HubTest test;
  struct stat socket {};
  REQUIRE(stat(test.dir.path("bus").c_str(), &socket) == 0);
  CHECK((socket.st_mode & 0777U) == 0660);
  const auto second = HubServer::bind({.address = test.address, .hub = {}}, test.loop);
  REQUIRE_FALSE(second);
  CHECK(second.error() == Error{Code::kSystem, "another hub is running there"});
  Tool ann{test.address, test.loop, "ann"};  // the first one still answers
  CHECK(test.until([&] { return ann.ready; }));
  test.hub.reset();
  CHECK_FALSE(std::filesystem::exists(test.dir.path("bus")));
}

TEST_CASE("tcp works where it is allowed, and an address that cannot be is an error") {
  net::Loop loop;
  const auto hub = HubServer::bind({.address = "insecure+tcp://127.0.0.1:*", .hub = {}}, loop);
  REQUIRE(hub);
  const std::string address = "insecure+" + (*hub)->bus().address();
  auto bus = bus::ZmqBus::connect(address, loop);
  REQUIRE(bus);
  const bus::Client client{**bus, loop, "test"};
  CHECK(wait_until(loop, [&] { return client.connected(); }));
  const auto taken = HubServer::bind({.address = address, .hub = {}}, loop);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().text == "Address already in use");
  const auto nowhere = bus::ZmqBus::connect("insecure+tcp://127.0.0.1:none", loop);
  CHECK_FALSE(nowhere);
}
