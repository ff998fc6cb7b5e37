#include "media/zmq_publisher.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>
#include <zmq.hpp>

#include "base/log.h"
#include "base/random.h"
#include "media/endpoint.h"
#include "media/zmq_keys.h"
#include "media/zmq_socket.h"

namespace so::media {
namespace {

constexpr char kLive = 'm';
constexpr char kHead = 'h';
constexpr std::size_t kHeadTopicBytes = 9;

// media-PID-RANDOM: the process that made it can be asked for.
std::optional<pid_t> owner_of(const std::string& name) {
  constexpr std::string_view kPrefix = "media-";
  pid_t pid = 0;
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), pid);
  if (parsed.ec != std::errc{} || pid <= 0) return std::nullopt;
  return pid;
}

// Once a folder: to look at all of it for each stream takes long where there are many.
void remove_leftovers(const std::string& folder) {
  static std::set<std::string> looked;
  if (!looked.insert(folder).second) return;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{folder, error}) {
    const auto pid = owner_of(entry.path().filename().string());
    if (pid && kill(*pid, 0) != 0 && errno == ESRCH) std::filesystem::remove(entry.path(), error);
  }
}

// Both fill the endpoint before they bind it, for the error.
void bind_folder(zmq::socket_t& socket, const std::string& folder, std::string& endpoint) {
  remove_leftovers(folder);
  endpoint = fmt::format("ipc://{}/media-{}-{:016x}", folder, getpid(), random_u64());
  socket.bind(endpoint);
}

// The first port of the range that nobody has.
void bind_port(zmq::socket_t& socket, const Place& place, std::string& endpoint) {
  const Keys* const keys = Keys::current();
  if (keys != nullptr) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, keys->own().secret);
    socket.set(zmq::sockopt::zap_domain, "scopewire");
  }
  for (std::uint32_t port = place.first;; ++port) {
    endpoint = fmt::format("tcp://{}:{}", place.host, port == 0 ? "*" : std::to_string(port));
    try {
      socket.bind(endpoint);
      break;
    } catch (const zmq::error_t& error) {
      if (error.num() != EADDRINUSE || port >= place.last) throw;
    }
  }
  endpoint = socket.get(zmq::sockopt::last_endpoint);
  endpoint.resize(std::min(endpoint.size(), endpoint.find('\0')));
  if (keys != nullptr) endpoint += "#" + keys->own().known;
}

}  // namespace

zmq::context_t& media_context() {
  static zmq::context_t context{1};
  return context;
}

void watch_over(zmq::socket_t& socket) {
  constexpr int kBeat = 2000;  // ms
  constexpr int kPatience = 6000;
  socket.set(zmq::sockopt::heartbeat_ivl, kBeat);
  socket.set(zmq::sockopt::heartbeat_timeout, kPatience);
}

struct Publisher::State {
  std::string endpoint;
  zmq::socket_t socket{media_context(), zmq::socket_type::xpub};
  Head head;
  std::uint64_t sequence = 0;
  bool watched = false;  // somebody subscribes to live units
  std::unique_ptr<Readable> readable;

  explicit State(const Head::Limits& limits) : head(limits) {}

  void send(std::string_view topic, const UnitView& unit) {
    Bytes first{topic.begin(), topic.end()};
    write_header(unit, first);
    zmq::message_t message{first.size() + unit.body.size()};
    auto* const bytes = message.data<std::uint8_t>();
    std::copy(unit.body.begin(), unit.body.end(), std::copy(first.begin(), first.end(), bytes));
    socket.send(message, zmq::send_flags::dontwait);
  }

  // 1 or 0, then the topic: somebody subscribes to it, nobody does any more.
  void read_subscriptions() {
    zmq::message_t message;
    while (socket.recv(message, zmq::recv_flags::dontwait)) {
      const std::string_view text = message.to_string_view();
      if (text.size() < 2) continue;
      const bool subscribed = text[0] == 1;
      const std::string_view topic = text.substr(1);
      if (topic == std::string_view{&kLive, 1}) watched = subscribed;
      if (subscribed && topic.size() == kHeadTopicBytes && topic[0] == kHead)
        send_head(std::string{topic});
    }
  }

  void send_head(const std::string& topic) {
    for (const Unit& unit : head.units()) send(topic, view(unit));
    send(topic, {head.latest(), flag::kEndOfHead, flv::TagType::kScript, 0, {}});
  }
};

Publisher::Publisher(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Publisher>> Publisher::open(net::Loop& loop, const std::string& place,
                                                   const Head::Limits& limits) {
  const auto where = Place::parse(place);
  if (!where) return fail(where.error());
  std::string endpoint = place;
  try {
    auto state = std::make_unique<State>(limits);  // no descriptor may be left for its socket
    // A head goes into an empty pipe, so this must hold the largest; and what a subscriber may lag
    // behind.
    state->socket.set(zmq::sockopt::sndhwm, static_cast<int>(limits.units + limits.retained) * 2);
    state->socket.set(zmq::sockopt::linger, 0);
    watch_over(state->socket);
    if (where->folder.empty()) {
      bind_port(state->socket, *where, endpoint);
    } else {
      bind_folder(state->socket, where->folder, endpoint);
    }
    state->endpoint = endpoint;
    state->readable = std::make_unique<Readable>(
        loop, state->socket, [raw = state.get()] { raw->read_subscriptions(); });
    return std::unique_ptr<Publisher>{new Publisher{std::move(state)}};
  } catch (const zmq::error_t& error) {
    return fail(Code::kSystem, fmt::format("unable to bind {}: {}", endpoint, error.what()));
  }
}

Publisher::~Publisher() {
  if (!state_->watched) return;
  try {
    state_->send({&kLive, 1},
                 {state_->sequence + 1, flag::kEndOfStream, flv::TagType::kScript, 0, {}});
    state_->socket.set(zmq::sockopt::linger, 500);
  } catch (const zmq::error_t& error) {  // the hub tells the end, too
    log::warn("unable to end {}: {}", state_->endpoint, error.what());
  }
}

const std::string& Publisher::endpoint() const {
  return state_->endpoint;
}
bool Publisher::is_watched() const {
  return state_->watched;
}
const Head& Publisher::head() const {
  return state_->head;
}

Unit Publisher::publish(const flv::Tag& tag, Bytes* whole) {
  Unit unit{++state_->sequence, flags_of(tag), tag.type, tag.timestamp, {}};
  unit.body = whole != nullptr ? std::make_shared<const Bytes>(std::move(*whole))
                               : std::make_shared<const Bytes>(tag.body.begin(), tag.body.end());
  state_->head.add(unit);
  if (state_->watched) {
    state_->send({&kLive, 1}, view(unit));
    state_->read_subscriptions();  // sending has taken the socket's signal that there are some
  }
  return unit;
}

}  // namespace so::media
