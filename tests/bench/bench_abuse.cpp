// What others notice while somebody troubles ws-gateway: how old messages in rooms of 10 are when
// they are heard, beside how old they are before and after it, how much of its processor the
// gateway and the hub take, and how much memory. The two have a processor of their own; those who
// talk and those who trouble share another, on which the first always go first. All limits are
// those that are built in, but that silence is noticed sooner. Arguments: which kinds; all, where
// there are none.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sched.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "abusers.h"
#include "bench.h"
#include "token/sign.h"
#include "ws_crowd.h"
#include "ws_servers.h"

using namespace so;
using bench::Abuse;
using bench::give_up;
using bench::ws_frame;
using bench::ws_request;

namespace {

constexpr std::size_t kRooms = 10;
constexpr std::uint64_t kRate = 1'000;
constexpr Millis kLook{3'000};
constexpr Millis kWarm{1'000};
constexpr int kTurns = 5;
constexpr std::size_t kMailboxes = 20;
constexpr std::string_view kSecret = "thirty-two bytes that nobody knows";

constexpr std::uint8_t kText = 0x81;
constexpr std::uint8_t kTextBegins = 0x01;
constexpr std::uint8_t kContinues = 0x00;
constexpr std::uint8_t kPing = 0x89;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// A hundred at a time of what `request` says, with the number of each.
std::function<std::string(std::uint64_t)> requests(
    const std::function<std::string(std::uint64_t)>& request) {
  return [request](std::uint64_t count) {
    constexpr std::uint64_t kAtOnce = 100;
    std::string all;
    for (std::uint64_t i = 0; i < kAtOnce; ++i)
      all += ws_frame(kText, request(count * kAtOnce + i));
    return all;
  };
}

std::function<std::string(std::uint64_t)> again(const std::string& text) {
  return [text](std::uint64_t) { return text; };
}

std::function<std::string(std::size_t)> enter(const std::string& path) {
  return [path](std::size_t) { return ws_request(path); };
}

/// A user of its own for each socket, so that no two share their mailbox.
std::string with_token(std::size_t socket) {
  const auto token = token::sign(fmt::format(R"({{"sub":"user{}"}})", socket), kSecret);
  if (!token) give_up(token.error().text);
  return ws_request("/abuse?token=" + *token);
}

// {"alg":"none"}, and {"alg":"ES256"} with a signature that is none; both {"sub":"root"}.
constexpr std::string_view kUnsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.";
constexpr std::string_view kForged = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJyb290In0.";

std::vector<Abuse> kinds() {  // NOLINT(readability-function-size): a table
  const std::string half = "GET /abuse HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ";
  const std::string forged = std::string{kForged} + repeated("QUJD", 21) + "QQ";
  std::vector<Abuse> all;
  all.push_back({.name = "a header byte by byte",
                 .sockets = 1000,
                 .first = [half](std::size_t) { return std::string{half}; },
                 .more = again("x"),
                 .every = Millis{100},
                 .waits = false});
  all.push_back({.name = "half handshakes", .sockets = 1000, .first = [half](std::size_t socket) {
                   return half.substr(0, socket % half.size());
                 }});
  all.push_back({.name = "oversized headers", .sockets = 50, .first = [half](std::size_t) {
                   return half + repeated("x", 20'000);
                 }});
  all.push_back({.name = "10,000 connects a second",
                 .sockets = 200,
                 .first = enter("/abuse"),
                 .hangs_up = true,
                 .opens_per_second = 10'000});
  all.push_back({.name = "tokens of no algorithm",
                 .sockets = 50,
                 .first = enter("/abuse?token=" + std::string{kUnsigned})});
  all.push_back({.name = "forged tokens", .sockets = 50, .first = enter("/abuse?token=" + forged)});
  all.push_back({.name = "frames before the answer",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .more = again(repeated(ws_frame(kPing, ""), 1000)),
                 .waits = false});
  all.push_back({.name = "empty fragments",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .then = ws_frame(kTextBegins, ""),
                 .more = again(repeated(ws_frame(kContinues, ""), 1000))});
  all.push_back({.name = "pings",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .more = again(repeated(ws_frame(kPing, ""), 1000))});
  all.push_back({.name = "invalid JSON",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .more = requests([](std::uint64_t count) {
                   constexpr std::string_view kWhole = R"({"id":1,"op":"set","value":[{"a":"b"}]})";
                   return std::string{kWhole.substr(0, 1 + count % (kWhole.size() - 1))};
                 })});
  all.push_back({.name = "unknown operations",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .more = requests([](std::uint64_t count) {
                   return fmt::format(R"({{"id":{},"op":"op{}"}})", count, count);
                 })});
  all.push_back({.name = "uses of new objects",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .more = requests([](std::uint64_t count) {
                   return fmt::format(R"({{"id":1,"op":"use","object":"o{}"}})", count);
                 })});
  all.push_back({.name = "joins of new scopes",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .more = requests([](std::uint64_t count) {
                   return fmt::format(R"({{"id":1,"op":"join","scope":"/abuse/{}"}})", count);
                 })});
  all.push_back({.name = "notices to a mailbox",
                 .sockets = kMailboxes,
                 .first = with_token,
                 .then = ws_frame(kText, R"({"id":1,"op":"register"})"),
                 .more = requests([](std::uint64_t count) {
                   return fmt::format(
                       R"({{"id":1,"op":"notify","identity":"user{}","message":"{}"}})",
                       count % kMailboxes, repeated("x", 500));
                 })});
  // Each is to hear what all say.
  all.push_back({.name = "readers that stop",
                 .sockets = 20,
                 .first = enter("/abuse"),
                 .then = ws_frame(kText, R"({"op":"use","object":"o"})"),
                 .more = again(ws_frame(
                     kText, fmt::format(R"({{"op":"set","object":"o","key":"k","value":"{}"}})",
                                        repeated("x", 16'000)))),
                 .every = Millis{200},
                 .reads_on = false});
  all.push_back({.name = "silence", .sockets = 1000, .first = enter("/abuse")});
  return all;
}

void pin(std::size_t core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0)
    give_up("this machine has not two processors");
}

struct Servers {
  explicit Servers(const TempDir& dir) {
    const std::string key = dir.path("key.pem");
    const std::string public_key = dir.path("public.pem");
    const std::string secret = dir.path("secret");
    std::ofstream{secret} << kSecret;
    const std::string make = fmt::format(
        "openssl ecparam -name prime256v1 -genkey -noout -out {0} && openssl ec -in {0} -pubout "
        "-out {1} 2>/dev/null",
        key, public_key);
    if (std::system(make.c_str()) != 0) give_up("openssl makes no key");
    pin(0);
    const std::string hub = bench::start_hub(server, dir);
    bench::start_gateway(server, dir, hub, server.port,
                         {"--token-key", public_key, "--token-key", secret, "--token-optional",
                          "--ping-every", "1s", "--pong-within", "1s"});
    pin(1);
  }
  [[nodiscard]] const bench::Child& hub() const { return *server.processes.front(); }
  [[nodiscard]] const bench::Child& gateway() const { return server.measured(); }

  bench::Server server{"ws-gateway", false, bench::free_port()};
};

struct Look {
  double quiet_ms = 0;  // p99
  double ms = 0;
  double gateway_cpu = 0;  // of a processor
  double hub_cpu = 0;
};

Look look(const Abuse& abuse, const Servers& servers, bench::Crowd& crowd) {
  const auto quiet = [&] { return crowd.talk(kRate, kLook).at(0.99); };
  Look result;
  result.quiet_ms = quiet();
  {
    const bench::Child abuser{[&] { bench::Abuser{abuse, servers.server.port}.run(); }};
    crowd.talk(kRate, kWarm);
    const TimePoint start = Clock::now();
    const double gateway = servers.gateway().cpu_seconds();
    const double hub = servers.hub().cpu_seconds();
    result.ms = crowd.talk(kRate, kLook).at(0.99);
    const std::chrono::duration<double> took = Clock::now() - start;
    result.gateway_cpu = (servers.gateway().cpu_seconds() - gateway) / took.count();
    result.hub_cpu = (servers.hub().cpu_seconds() - hub) / took.count();
  }
  crowd.talk(kRate, kWarm);
  result.quiet_ms = (result.quiet_ms + quiet()) / 2;
  return result;
}

double median_of(const std::vector<Look>& looks, double (*what)(const Look&)) {
  std::vector<double> values;
  values.reserve(looks.size());
  for (const Look& each : looks) values.push_back(what(each));
  return bench::median(std::move(values));
}

}  // namespace

int main(int argc, char** argv) {
  bench::want_files(8192);
  const std::vector<std::string_view> wanted(argv + 1, argv + argc);
  const TempDir dir;
  for (const Abuse& abuse : kinds()) {
    if (!wanted.empty() && std::ranges::find(wanted, abuse.name) == wanted.end()) continue;
    const Servers servers{dir};
    bench::Crowd crowd{std::array{servers.server.port}, kRooms};
    crowd.talk(kRate, kWarm);
    const std::size_t resident = servers.gateway().resident();
    const std::size_t hub_resident = servers.hub().resident();
    std::vector<Look> looks;
    looks.reserve(kTurns);
    for (int i = 0; i < kTurns; ++i) looks.push_back(look(abuse, servers, crowd));
    constexpr double kMiB = 1U << 20U;
    fmt::print(
        "  {:<26} p99 {:6.2f} ms beside {:.2f}, {:5.2f} x; gateway {:3.0f} % {:+6.1f} MiB, hub "
        "{:3.0f} % {:+6.1f} MiB\n",
        abuse.name, median_of(looks, [](const Look& l) { return l.ms; }),
        median_of(looks, [](const Look& l) { return l.quiet_ms; }),
        median_of(looks, [](const Look& l) { return l.ms / l.quiet_ms; }),
        100 * median_of(looks, [](const Look& l) { return l.gateway_cpu; }),
        (double(servers.gateway().resident()) - double(resident)) / kMiB,
        100 * median_of(looks, [](const Look& l) { return l.hub_cpu; }),
        (double(servers.hub().resident()) - double(hub_resident)) / kMiB);
    std::fflush(stdout);
  }
}
