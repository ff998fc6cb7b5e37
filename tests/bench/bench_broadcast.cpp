// What it costs a server to tell a room: one client says a message, all hear it. Our WebSocket
// server beside a floor that does nothing but epoll, frame once and send once for each client and
// turn, and beside mosquitto, nats-server and Node's ws over WebSocket where they are installed.
// One message at a time, then sixteen at once. What counts is the server's CPU time for each
// message that arrived, and of one at a time how long it took. Each server is a process, and so are
// all of its clients. Arguments: how many clients, 500 unless told otherwise; each number is a room
// of its own; `alone`: without the programs of others.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "bench.h"
#include "child.h"
#include "net/socket.h"
#include "net/ws_reader.h"
#include "net/ws_server.h"

using namespace so;
using bench::Child;
using bench::give_up;

namespace {

constexpr std::size_t kDeliveries = 60'000;  // a turn, or two rounds if that is more
constexpr int kTurns = 7;
constexpr std::size_t kAtOnce = 16;
constexpr std::size_t kTogether = 64;  // connections that are opened: mosquitto looks every 100 ms
constexpr std::size_t kMinBytes = 64;  // of a message
constexpr char kMark = 'Z';  // once in each message, and in no length of what these servers send

struct Peer {
  std::string name;
  std::function<void(std::uint16_t port)> serve;
  std::string subprotocol;                             // offered to it
  std::vector<std::string> hello;                      // binary messages of who listens
  std::function<std::string(const std::string&)> say;  // a message to all; text if empty
};

std::uint16_t free_port() {
  const UniqueFd fd{socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&where), size) != 0) give_up("no free port");
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&where), &size);
  return ntohs(where.sin_port);
}

std::string masked(unsigned opcode, std::string_view payload) {
  std::string out(1, static_cast<char>(0x80U | opcode));
  const std::size_t size = payload.size();
  if (size < 126) {
    out += static_cast<char>(0x80U | size);
  } else {
    out += '\xFE';
    out += static_cast<char>(size >> 8U);
    out += static_cast<char>(size & 0xFFU);
  }
  out.append(4, '\0');  // a mask that changes nothing
  return out.append(payload);
}

// --- the servers ---

void serve_ours(std::uint16_t port, bool ring) {
  net::Loop loop;
  net::WsListener listener;
  listener.address = {"127.0.0.1", port};
  net::WsOptions options;
  options.messages.per_second = 0;
  options.ping_every = options.pong_within = Millis{3'600'000};  // nobody here answers
  options.connects = {.total = {}, .per_address = {}};
  options.caps = {.total = 15'000};
  options.ring = ring;
  auto opened = net::WsServer::open(loop, {listener}, options);
  if (!opened) give_up(opened.error().text);
  net::WsServer& server = **opened;
  std::vector<net::ConnId> all;
  server.set_handlers(0, {.on_open = [&](net::ConnId id, auto&&...) { all.push_back(id); },
                          .on_message =
                              [&](net::ConnId, const net::WsMessage& m) {
                                server.broadcast(all, net::Frame::text(as_text(m.payload)));
                              }});
  loop.run();
}

// The floor: no library, no limits, no one who is slow.
struct Floor {
  struct Client {
    bool open = false;
    net::WsReader reader{{}};
  };
  void accept_one(int listening) {
    const int fd = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    constexpr int kOn = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
    watch(fd);
    clients.resize(std::max<std::size_t>(clients.size(), static_cast<std::size_t>(fd) + 1));
    clients[static_cast<std::size_t>(fd)] = std::make_unique<Client>();
  }
  void watch(int fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event);
  }
  void hear(int fd) {
    const ssize_t got = recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    Client& client = *clients[static_cast<std::size_t>(fd)];
    if (!client.open) {
      constexpr std::string_view kAnswer = "HTTP/1.1 101 x\r\n\r\n";
      client.open = send(fd, kAnswer.data(), kAnswer.size(), 0) > 0;
      return;
    }
    std::span<std::uint8_t> in{buffer.data(), static_cast<std::size_t>(got)};
    for (auto event = client.reader.next(in); event.kind != net::WsEvent::Kind::kMore;
         event = client.reader.next(in)) {
      const net::Frame frame = net::Frame::text(as_text(event.payload));
      turn.insert(turn.end(), frame.parcel().head->begin(), frame.parcel().head->end());
    }
  }
  void tell() {
    if (turn.empty()) return;
    for (std::size_t fd = 0; fd < clients.size(); ++fd) {
      if (!clients[fd] || !clients[fd]->open) continue;
      if (send(static_cast<int>(fd), turn.data(), turn.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        give_up("the floor's client is slow");
      }
    }
    turn.clear();
  }

  UniqueFd epoll{epoll_create1(EPOLL_CLOEXEC)};
  std::vector<std::unique_ptr<Client>> clients;
  Bytes buffer = Bytes(65536);
  Bytes turn;
};

void serve_floor(std::uint16_t port) {
  const UniqueFd listening{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  constexpr int kOn = 1;
  setsockopt(listening.get(), SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listening.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
    give_up("the floor cannot listen");
  }
  listen(listening.get(), 1024);
  Floor floor;
  floor.watch(listening.get());
  for (std::array<epoll_event, 256> events{};;) {
    const int count = epoll_wait(floor.epoll.get(), events.data(), 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      fd == listening.get() ? floor.accept_one(fd) : floor.hear(fd);
    }
    floor.tell();
  }
}

void run_quietly(std::initializer_list<const char*> words) {
  const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  std::vector<char*> all;
  for (const char* word : words) all.push_back(const_cast<char*>(word));
  all.push_back(nullptr);
  execvp(all.front(), all.data());
  _exit(1);
}

// A file that goes with the process.
std::string configuration(const std::string& text) {
  const int file = memfd_create("configuration", 0);
  if (write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) _exit(1);
  return fmt::format("/proc/self/fd/{}", file);
}

// MQTT 3.1.1: a short string has its length in two bytes before it.
std::string mqtt_text(std::string_view text) {
  return std::string{'\0', static_cast<char>(text.size())} + std::string{text};
}
std::string mqtt_packet(unsigned type, const std::string& body) {
  std::string out(1, static_cast<char>(type));
  std::size_t left = body.size();
  do {
    const std::size_t low = left & 0x7FU;
    left >>= 7U;
    out += static_cast<char>(low | (left > 0 ? 0x80U : 0U));
  } while (left > 0);
  return out + body;
}

Peer mosquitto() {
  const std::string connect = mqtt_packet(
      0x10, mqtt_text("MQTT") + std::string{'\x04', '\x02', '\0', '\0'} + mqtt_text(""));
  const std::string subscribe =
      mqtt_packet(0x82, std::string{'\0', '\x01'} + mqtt_text("room") + std::string(1, '\0'));
  return {"mosquitto",
          [](std::uint16_t port) {
            const auto file = configuration(
                fmt::format("listener {} 127.0.0.1\n"  // it wants one without WebSocket
                            "listener {} 127.0.0.1\nprotocol websockets\n"
                            "allow_anonymous true\nmax_queued_messages 0\n",
                            free_port(), port));
            run_quietly({"mosquitto", "-c", file.c_str()});
          },
          "mqtt",
          {connect, subscribe},
          [](const std::string& text) { return mqtt_packet(0x30, mqtt_text("room") + text); }};
}

Peer nats() {
  return {"nats-server",
          [](std::uint16_t port) {
            const auto file =
                configuration(fmt::format("listen: 127.0.0.1:{}\n"
                                          "websocket {{listen: \"127.0.0.1:{}\", no_tls: true}}\n",
                                          free_port(), port));
            run_quietly({"nats-server", "-c", file.c_str()});
          },
          "",
          {"CONNECT {\"verbose\":false}\r\nSUB room 1\r\n"},
          [](const std::string& text) {
            return fmt::format("PUB room {}\r\n{}\r\n", text.size(), text);
          }};
}

Peer node_ws() {
  return {"npm ws",
          [](std::uint16_t port) {
            const std::string script = fmt::format(
                "const {{WebSocketServer}} = require('ws');\n"
                "const server = new WebSocketServer({{host: '127.0.0.1', port: {}}});\n"
                "server.on('connection', (from) => from.on('message', (data) => {{\n"
                "  for (const to of server.clients) to.send(data, {{binary: false}});\n"
                "}}));\n",
                port);
            run_quietly({"node", "-e", script.c_str()});
          },
          "",
          {},
          {}};
}

bool installed(std::string_view program) {
  if (program == "npm ws") {
    const Child asks{[] { run_quietly({"node", "-e", "require('ws')"}); }};
    return asks.exit_code() == 0;
  }
  const char* const path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const std::string folder{rest.substr(0, rest.find(':'))};
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    if (access((folder + "/" + std::string{program}).c_str(), X_OK) == 0) return true;
  }
  return false;
}

// --- the clients ---

UniqueFd connect_to(const std::string& name, std::uint16_t port) {
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int tries = 0; tries < 1000; ++tries) {
    UniqueFd fd{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (connect(fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) == 0) return fd;
    std::this_thread::sleep_for(Millis{10});
  }
  give_up(name + " does not listen");
}

void send_all(int fd, std::string_view bytes) {
  if (send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    give_up("the server has gone");
  }
}

/// What is to be heard by all, for as many rounds as make a turn.
struct Task {
  std::size_t at_once = 0;
  std::size_t size = 0;  // bytes of a message
  std::size_t clients = 0;

  [[nodiscard]] std::size_t each() const { return at_once * clients; }
  [[nodiscard]] std::size_t rounds() const {
    return std::max<std::size_t>(kDeliveries / each(), 2);
  }
};

/// Everybody in the room.
struct Room {
  Room(const Peer& its_peer, std::uint16_t port, std::size_t clients) : peer(its_peer) {
    while (members.size() < clients) open(port, std::min(clients - members.size(), kTogether));
    // Subscriptions are acknowledged when a message reaches all.
    std::size_t tries = 0;
    for (std::size_t heard = 0; heard < clients; ++tries) {
      if (tries == 20) give_up(fmt::format("{} reaches {} of {}", peer.name, heard, clients));
      say(1, kMinBytes);
      heard = listen(clients, 1000);
    }
    listen(SIZE_MAX, 500);
  }
  void open(std::uint16_t port, std::size_t count) {
    const std::string offer =
        peer.subprotocol.empty() ? "" : "Sec-WebSocket-Protocol: " + peer.subprotocol + "\r\n";
    for (std::size_t i = 0; i < count; ++i) {
      members.push_back(connect_to(peer.name, port));
      send_all(members.back().get(),
               "GET /room HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                   offer + "\r\n");
    }
    for (const UniqueFd& member : std::span{members}.last(count)) {
      await_answer(member.get());
      for (const std::string& message : peer.hello) send_all(member.get(), masked(2, message));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.fd = member.get();
      epoll_ctl(epoll.get(), EPOLL_CTL_ADD, member.get(), &event);
    }
  }
  void await_answer(int fd) const {
    std::string head;
    std::array<char, 1> byte{};
    while (!head.ends_with("\r\n\r\n")) {
      if (recv(fd, byte.data(), 1, 0) != 1) give_up(peer.name + " refused the handshake " + head);
      head += byte[0];
    }
  }
  void say(std::size_t messages, std::size_t size) {
    const std::string text = kMark + std::string(size - 1, 'x');
    std::string bytes;
    for (std::size_t i = 0; i < messages; ++i) {
      bytes += peer.say ? masked(2, peer.say(text)) : masked(1, text);
    }
    said = Clock::now();
    ages.clear();
    send_all(members.front().get(), bytes);
  }
  // How many messages have come, until so many have or nothing comes for so long.
  std::size_t listen(std::size_t wanted, int patience) {
    std::size_t heard = 0;
    std::array<epoll_event, 256> events{};
    while (heard < wanted) {
      const int count = epoll_wait(epoll.get(), events.data(), 256, patience);
      if (count <= 0) return heard;
      for (int i = 0; i < count; ++i) {
        const ssize_t got = recv(events[static_cast<std::size_t>(i)].data.fd, buffer.data(),
                                 buffer.size(), MSG_DONTWAIT);
        if (got == 0) give_up(peer.name + " closed a connection: " + last_words);
        if (got > 0 && buffer[0] == '\x88')
          last_words.assign(buffer.begin() + 4, buffer.begin() + got);
        if (got <= 0) continue;
        heard += static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + got, kMark));
        ages.push_back(std::chrono::duration<double, std::milli>(Clock::now() - said).count());
      }
    }
    return heard;
  }

  double hear(const Task& task) {
    std::vector<double> all;
    for (std::size_t i = 0; i < task.rounds(); ++i) {
      say(task.at_once, task.size);
      if (listen(task.each(), 5000) != task.each())
        give_up(peer.name + " lost or repeated a message");
      all.insert(all.end(), ages.begin(), ages.end());
    }
    std::ranges::sort(all);
    return all[all.size() * 99 / 100];
  }

  const Peer& peer;
  std::vector<UniqueFd> members;
  UniqueFd epoll{epoll_create1(EPOLL_CLOEXEC)};
  std::string last_words;
  TimePoint said{};
  std::vector<double> ages;  // ms, of what came since then
  std::vector<char> buffer = std::vector<char>(1U << 20U);
};

struct Cost {
  double cpu = 0;  // microseconds of the server for a delivery
  double p99 = 0;  // ms from saying to reading
};

/// A server, and a process with all who are in its room: neither opens more files than there are
/// clients, however many servers are compared.
class Running {
 public:
  Running(const Peer& peer, std::size_t clients)
      : peer_(peer),
        clients_(clients),
        port_(free_port()),
        server_([this] { peer_.serve(port_); }) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) give_up("no pair");
    tasks_ = UniqueFd{ends[0]};
    const UniqueFd theirs{ends[1]};
    room_ = std::make_unique<Child>([&] { attend(theirs.get()); });
    (void)answer();  // all are in it
  }

  [[nodiscard]] const std::string& name() const { return peer_.name; }

  [[nodiscard]] Cost cost(const Task& task) const {
    const double before = server_.cpu_seconds();
    if (send(tasks_.get(), &task, sizeof task, MSG_NOSIGNAL) < 0) give_up(name() + " has no room");
    const double p99 = answer();
    const double spent = server_.cpu_seconds() - before;
    return {spent * 1e6 / static_cast<double>(task.rounds() * task.each()), p99};
  }

 private:
  // The room's side: says that it is open, and then the p99 of each task.
  void attend(int tasks) const {
    Room room{peer_, port_, clients_};
    double p99 = 0;
    Task task;
    while (send(tasks, &p99, sizeof p99, MSG_NOSIGNAL) > 0 &&
           recv(tasks, &task, sizeof task, 0) == sizeof task) {
      p99 = room.hear(task);
    }
  }
  [[nodiscard]] double answer() const {
    double p99 = 0;
    if (recv(tasks_.get(), &p99, sizeof p99, 0) != sizeof p99) give_up(name() + " has no room");
    return p99;
  }

  const Peer& peer_;
  std::size_t clients_;
  std::uint16_t port_;
  Child server_;
  UniqueFd tasks_;
  std::unique_ptr<Child> room_;
};

using Servers = std::vector<std::unique_ptr<Running>>;

void compare(const Servers& servers, const Task& task) {
  std::vector<std::vector<double>> costs(servers.size());
  std::vector<std::vector<double>> ratios(servers.size());
  std::vector<std::vector<double>> p99s(servers.size());
  for (int turn = 0; turn < kTurns; ++turn) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      const Cost cost = servers[i]->cost(task);
      costs[i].push_back(cost.cpu);
      ratios[i].push_back(cost.cpu / costs[0].back());
      p99s[i].push_back(cost.p99);
    }
  }
  fmt::print("{} clients hear {} bytes, {} at once: CPU of the server\n", task.clients, task.size,
             task.at_once);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    fmt::print("  {:<20} {:6.2f} us a delivery  {:5.2f} x", servers[i]->name(),
               bench::median(costs[i]), bench::median(ratios[i]));
    if (task.at_once == 1) fmt::print("   p99 {:.2f} ms", bench::median(p99s[i]));
    fmt::print("\n");
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> rooms;
  bool alone = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word{argv[i]};
    if (word == "alone") {
      alone = true;
    } else {
      rooms.push_back(std::strtoul(argv[i], nullptr, 10));
    }
  }
  if (rooms.empty()) rooms.push_back(500);
  bench::want_files(1U << 17U);

  std::vector<Peer> peers{
      {"epoll, the floor", serve_floor, "", {}, {}},
      {"ours", [](auto port) { serve_ours(port, true); }, "", {}, {}},
      {"ours, no io_uring", [](auto port) { serve_ours(port, false); }, "", {}, {}}};
  for (auto* make : {mosquitto, nats, node_ws}) {
    if (alone) break;
    Peer peer = make();
    if (installed(peer.name)) {
      peers.push_back(std::move(peer));
    } else {
      fmt::print("{} is not installed\n", peer.name);
    }
  }
  for (const std::size_t clients : rooms) {
    Servers running;
    for (const Peer& peer : peers) running.push_back(std::make_unique<Running>(peer, clients));
    for (const std::size_t size : {kMinBytes, std::size_t{1024}}) {
      for (const std::size_t at_once : {std::size_t{1}, kAtOnce})
        compare(running, {at_once, size, clients});
    }
  }
}
