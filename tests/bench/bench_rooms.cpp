// How long a message takes through everything: from a client to its gateway, the hub, the gateways
// of the others, and them. 5,000 messages a second to rooms of 10, half of each room at one
// gateway, half at another.
#include <array>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "ws_crowd.h"
#include "ws_servers.h"

using namespace so;

namespace {

constexpr std::size_t kRooms = 50;
constexpr std::uint64_t kRate = 5'000;
constexpr Millis kLook{10'000};

}  // namespace

int main() {
  bench::want_files(4096);
  const TempDir dir;
  bench::Server server{"ws-gateway"};
  const std::string hub = bench::start_hub(server, dir);
  const std::array ports{bench::free_port(), bench::free_port()};
  for (const std::uint16_t port : ports)
    bench::start_gateway(server, dir, hub, port, bench::patient(kRooms * bench::Crowd::kMembers));
  bench::Crowd crowd{ports, kRooms};
  const bench::Crowd::Heard heard = crowd.talk(kRate, kLook);
  fmt::print(
      "{} messages/s to rooms of {}: p50 {:.2f} ms, p99 {:.2f} ms, at most {:.1f} ms;"
      " {:.2f} hear each\n",
      kRate, bench::Crowd::kMembers, heard.at(0.5), heard.at(0.99), heard.ages_ms.back(),
      double(heard.ages_ms.size()) / double(heard.said));
}
