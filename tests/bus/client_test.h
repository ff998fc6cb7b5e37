#pragma once

#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "bus/client.h"
#include "support/fake_bus.h"
#include "wire/member.h"

namespace so {

/// "use 1 /chat/room1 chat 7:3 {...}": kind, member, scope, name, position, body; what is not there
/// is left out.
inline std::string text(const wire::Frame& frame) {
  std::string out{wire::to_text(frame.header.kind)};
  if (frame.header.member != 0) out += fmt::format(" {}", frame.header.member);
  if (!frame.scope.empty()) out += " " + frame.scope;
  if (!frame.name.empty()) out += " " + frame.name;
  if (frame.header.epoch != 0)
    out += fmt::format(" {}:{}", frame.header.epoch, frame.header.version);
  if (!frame.body.empty()) out += " " + frame.body;
  return out;
}

struct Told {
  std::vector<std::string> lines;
  Told() = default;
  Told(std::initializer_list<std::string> all) : lines(all) {}
  bool operator==(const Told&) const = default;
  [[nodiscard]] bool empty() const { return lines.empty(); }
  friend std::ostream& operator<<(std::ostream& out, const Told& told) {
    for (const std::string& line : told.lines) out << "\n  " << line;
    return out;
  }
};

/// A client on a fake bus, and a diary of all that it told.
struct ClientTest {
  net::Loop loop;
  FakeBus bus;
  bus::Client client;
  std::vector<std::string> diary;

  explicit ClientTest(std::string claims = {}) : client(bus, loop, "test", std::move(claims)) {
    client.listen({.event = [this](const wire::FrameView& event) { note("event", event); },
                   .sync = [this](const wire::FrameView& sync) { note("sync", sync); },
                   .link =
                       [this](bool connected, std::string_view why) {
                         diary.push_back(connected ? "connected" : fmt::format("lost: {}", why));
                       },
                   .refused =
                       [this](const wire::FrameView& claim, const bus::Reply& why) {
                         diary.push_back(fmt::format("refused {}: {}",
                                                     text(wire::Frame::copy(claim)), why.code));
                       }});
  }
  void note(std::string_view what, const wire::FrameView& frame) {
    diary.push_back(fmt::format("{} {} {} {}", what, frame.scope, frame.name, frame.body));
  }
  /// A callback that writes what was answered.
  bus::Done answer(std::string name) {
    return [this, name = std::move(name)](const bus::Reply& reply) {
      diary.push_back(
          reply.ok() ? fmt::format("{} ok {}:{} {}", name, reply.epoch, reply.version, reply.body)
                     : fmt::format("{} {}: {}", name, reply.code, reply.message));
    };
  }
  Told told() {
    turn(loop);
    Told told;
    told.lines.swap(diary);
    return told;
  }
  void hello(std::string_view incarnation = "00000000000000aa") {
    bus.link(true);
    const wire::Frame request = bus.next();
    REQUIRE(request.header.kind == wire::Kind::kHello);
    bus.done(request, fmt::format(R"({{"hub":"{}","beat":5000,"lease":15000}})", incarnation));
  }
  /// The next frame, which must read like this; answered with done.
  void expect(std::string_view frame, std::string_view body = "", std::uint64_t epoch = 0,
              std::uint64_t version = 0) {
    const wire::Frame request = bus.next();
    CHECK(text(request) == frame);
    bus.done(request, body, epoch, version);
  }
  void changed(std::uint64_t epoch, std::uint64_t version, std::string_view body = "{}") const {
    bus.deliver({.header = {.kind = wire::Kind::kChanged, .epoch = epoch, .version = version},
                 .scope = "/chat",
                 .name = "so",
                 .body = body});
  }
  /// Connected, member 1 in /chat using "so" at epoch 7, version 3.
  void use_so() {
    hello();
    client.join(1, "/chat", {});
    expect(R"(join 1 /chat {"presence":false})");
    client.use(1, "/chat", "so", {});
    expect("use 1 /chat so", R"({"event":"sync"})", 7, 3);
    told();
  }
};

}  // namespace so
