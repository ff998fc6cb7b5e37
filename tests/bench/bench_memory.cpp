// What a hub's core keeps resident: bytes for each of a million small objects, and what is left of
// a hundred thousand rooms that came and went. Each figure is of a process of its own.
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "bench.h"
#include "hub/hub.h"

using namespace so;

namespace {

constexpr std::size_t kObjects = 1'000'000;
constexpr std::size_t kRooms = 100'000;
constexpr std::size_t kEach = 250;  // of one member
constexpr int kRounds = 6;

std::size_t resident() {
  std::size_t all = 0;
  std::size_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> all >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// A hub with one tool, whose members come when they are named.
class Bench {
 public:
  Bench() {
    send(wire::Kind::kHello, 0, {}, {},
         R"({"tool":"bench","incarnation":"0000000000000001","claims":{}})");
  }
  void send(wire::Kind kind, std::uint64_t member, std::string_view scope, std::string_view name,
            std::string_view body) {
    out_ = {};
    hub_.apply(hub::ToolId{1}, {{.kind = kind, .request = 1, .member = member}, scope, name, body},
               now_, out_);
    for (const hub::Send& reply : out_.sends) {
      if (reply.frame.header.kind == wire::Kind::kError) {
        fmt::print(stderr, "refused: {}\n", reply.frame.body);
        std::exit(1);
      }
    }
  }

 private:
  std::uint64_t epochs_ = 0;
  hub::Hub hub_{{}, {1, [this] { return ++epochs_; }, [] { return WallMillis{0}; }}};
  TimePoint now_{Seconds{1}};
  hub::Effects out_;
};

void alone(const std::function<void()>& body) {
  std::fflush(stdout);
  const pid_t pid = fork();
  if (pid == 0) {
    body();
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  if (status != 0) std::exit(1);
}

void objects(std::string_view what, std::string_view use) {
  constexpr std::string_view kScope = "/chat/room1";
  const std::string change =
      R"({"changes":[{"op":"set","key":"k","value":"01234567890123456789012345678901"}]})";
  Bench hub;
  for (std::uint64_t member = 0; member < kObjects / kEach; ++member) {
    hub.send(wire::Kind::kJoin, member + 1, kScope, {}, {});
  }
  const std::size_t before = resident();
  for (std::size_t i = 0; i < kObjects; ++i) {
    const std::string name = fmt::format("object{}", i);
    const std::uint64_t member = i / kEach + 1;
    if (!use.empty()) hub.send(wire::Kind::kUse, member, kScope, name, use);
    hub.send(wire::Kind::kChange, member, kScope, name, change);
  }
  fmt::print("  {:<28} {} bytes each\n", what, (resident() - before) / kObjects);
}

void rooms() {
  Bench hub;
  const auto all = [&](wire::Kind kind) {
    for (std::size_t i = 0; i < kRooms; ++i) {
      hub.send(kind, i / kEach + 1, fmt::format("/chat/room{}", i), {}, {});
    }
  };
  for (int round = 0; round < kRounds; ++round) {
    all(wire::Kind::kJoin);
    const std::size_t full = resident();
    all(wire::Kind::kLeave);
    fmt::print("  round {}: {:.1f} MB full, {:.1f} MB empty\n", round + 1,
               static_cast<double>(full) / 1e6, static_cast<double>(resident()) / 1e6);
  }
}

}  // namespace

int main() {
  fmt::print("{} objects of one 32-byte attribute\n", kObjects);
  alone([] { objects("nobody uses it", ""); });
  alone([] { objects("in use", "{}"); });
  alone([] { objects("in use, persistent", R"({"persistent":true})"); });
  fmt::print("{} rooms, joined and left\n", kRooms);
  alone(rooms);
}
