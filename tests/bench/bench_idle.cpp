// What idle WebSocket connections cost ws-gateway: bytes resident for each, all of them in one
// room, plain and with TLS. Arguments: how many plain ones, 10000 unless told otherwise; more than
// this machine lets a process open can be held in a kernel of our own (scripts/own-kernel).
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>

#include <fmt/format.h>

#include "net/tls.h"
#include "ws_servers.h"

using namespace so;
using bench::give_up;

namespace {

constexpr std::size_t kWarm = 100;  // connections before the first look
constexpr std::size_t kTls = 1000;
constexpr std::size_t kOfOneAddress = 20'000;  // there are 28,000 ports

/// From 127.0.0.2, .3 and so on: an address has only so many ports.
UniqueFd dial(std::uint16_t port, std::size_t number) {
  UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in from = bench::loopback(0);
  from.sin_addr.s_addr =
      htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(number / kOfOneAddress));
  const int yes = 1;
  setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  const sockaddr_in to = bench::loopback(port);
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    give_up(fmt::format("connection {}: {}", number, net::error_text(errno)));
  }
  return fd;
}

constexpr std::string_view kRequest =
    "GET /chat/room HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

Bytes receive(int fd) {
  Bytes bytes(4096);
  const ssize_t got = recv(fd, bytes.data(), bytes.size(), 0);
  if (got <= 0) give_up("the gateway has closed");
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

void expect_upgrade(std::string_view head) {
  if (!head.starts_with("HTTP/1.1 101 ")) give_up(head);
}

UniqueFd open_plain(std::uint16_t port, std::size_t number) {
  UniqueFd fd = dial(port, number);
  bench::send_all(fd.get(), as_bytes(kRequest));
  std::string head;
  while (head.find("\r\n\r\n") == std::string::npos) head += as_text(receive(fd.get()));
  expect_upgrade(head);
  return fd;
}

/// Once the WebSocket is open nobody says anything: the session is not needed any more.
UniqueFd open_tls(std::uint16_t port, std::size_t number,
                  const std::shared_ptr<const net::TlsIdentity>& identity) {
  UniqueFd fd = dial(port, number);
  net::TlsSession session{identity, "localhost"};
  bool asked = false;
  Bytes head;
  while (as_text(head).find("\r\n\r\n") == std::string_view::npos) {
    if (session.established() && !std::exchange(asked, true)) {
      if (const auto sent = session.send(as_bytes(kRequest)); !sent) give_up(sent.error().text);
    }
    bench::send_all(fd.get(), session.take_output());
    if (const auto got = session.receive(receive(fd.get()), head); !got) give_up(got.error().text);
  }
  expect_upgrade(as_text(head));
  return fd;
}

struct Gateway {
  explicit Gateway(const TempDir& dir, std::size_t most)
      : server{"ws-gateway", false, bench::free_port()}, tls_port(bench::free_port()) {
    const std::string key = dir.path("key.pem");
    const std::string certificate = dir.path("certificate.pem");
    const std::string make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=localhost -keyout " +
        key + " -out " + certificate + " 2>/dev/null";
    if (std::system(make.c_str()) != 0) give_up("openssl makes no certificate");
    std::vector<std::string> more = bench::patient(most);
    const std::string tls = fmt::format("127.0.0.1:{}", tls_port);
    more.insert(more.end(), {"--wss-listen", tls, "--tls-cert", certificate, "--tls-key", key});
    bench::start_gateway(server, dir, bench::start_hub(server, dir), server.port, more);
  }
  [[nodiscard]] std::size_t resident() const { return server.measured().resident(); }

  bench::Server server;
  std::uint16_t tls_port;
};

/// Until what it does because of us has been done.
void settle(const Gateway& gateway) {
  for (double before = -1; gateway.server.measured().cpu_seconds() > before;) {
    before = gateway.server.measured().cpu_seconds() + 0.005;
    std::this_thread::sleep_for(Millis{500});
  }
}

/// Nobody was sent away.
void expect_open(const std::vector<UniqueFd>& all) {
  std::vector<pollfd> ends;
  for (const UniqueFd& fd : all)
    ends.push_back({.fd = fd.get(), .events = POLLRDHUP, .revents = 0});
  if (const int gone = poll(ends.data(), ends.size(), 0); gone != 0)
    give_up(fmt::format("of {} connections {} were closed", all.size(), gone));
}

template <class Open>
void measure(const Gateway& gateway, std::string_view what, std::size_t count, Open open) {
  std::vector<UniqueFd> all;
  for (std::size_t i = 0; i < kWarm; ++i) all.push_back(open(i));
  settle(gateway);
  const std::size_t before = gateway.resident();
  const double cpu = gateway.server.measured().cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) all.push_back(open(kWarm + i));
  settle(gateway);
  expect_open(all);
  fmt::print("  {:>6} {:<10} {:6} bytes each, {:4.0f} us of CPU to open one\n", count, what,
             (gateway.resident() - before) / count,
             (gateway.server.measured().cpu_seconds() - cpu) / static_cast<double>(count) * 1e6);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t plain = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  const std::size_t granted = bench::want_files(1U << 17U);
  const std::size_t most = granted / 20 * 18 - kTls - kWarm;  // the gateway leaves 5 % over
  if (plain > most) fmt::print("{} open files are granted\n", granted);
  plain = std::min(plain, most);
  const TempDir dir;
  const auto identity = net::TlsIdentity::client("");
  if (!identity) give_up(identity.error().text);
  {
    const Gateway gateway{dir, plain + kTls};
    measure(gateway, "plain", plain,
            [&](std::size_t i) { return open_plain(gateway.server.port, i); });
  }
  const Gateway gateway{dir, plain + kTls};
  measure(gateway, "with TLS", kTls,
          [&](std::size_t i) { return open_tls(gateway.tls_port, i, *identity); });
}
