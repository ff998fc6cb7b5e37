#include "bus/zmq_bus.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <zmq.hpp>

#include "base/log.h"
#include "bus/address.h"
#include "bus/batches.h"
#include "bus/zmq_io.h"
#include "bus/zmq_links.h"
#include "bus/zmq_poll.h"

namespace so::bus {
namespace {

constexpr int kReadAtOnce = 64;              // messages in a turn, so that others have theirs
constexpr std::size_t kFlushBytes = 262144;  // a long turn need not hold back more
constexpr int kPipeMessages = 16;  // in ZeroMQ's own queue, about 64 KiB each; the rest is ours
constexpr std::int64_t kMaxMessage = 2 << 20;  // the largest frame is 1.2 MiB
constexpr int kLinger = 200;                   // ms, for the last words of a tool that ends
constexpr int kReconnect = 20;                 // ms, growing to ...
constexpr int kReconnectMax = 500;             // ms
constexpr int kHeartbeat = 5000;               // ms; finds the dead ends of tcp connections
constexpr int kHeartbeatTimeout = 15000;       // ms

zmq::socket_t make_dealer(zmq::context_t& context) {
  zmq::socket_t socket{context, zmq::socket_type::dealer};
  // Nothing is queued for a hub that is not there, and what was queued for one that went is
  // dropped: each link starts anew.
  socket.set(zmq::sockopt::immediate, true);
  socket.set(zmq::sockopt::linger, kLinger);
  socket.set(zmq::sockopt::sndhwm, kPipeMessages);
  socket.set(zmq::sockopt::rcvhwm, kPipeMessages);
  socket.set(zmq::sockopt::maxmsgsize, kMaxMessage);
  socket.set(zmq::sockopt::reconnect_ivl, kReconnect);
  socket.set(zmq::sockopt::reconnect_ivl_max, kReconnectMax);
  socket.set(zmq::sockopt::heartbeat_ivl, kHeartbeat);
  socket.set(zmq::sockopt::heartbeat_timeout, kHeartbeatTimeout);
  return socket;
}

constexpr std::string_view kHungUp = "it hung up at once, as happens where keys do not fit";

struct Keys {
  KeyPair own;
  std::string hub;
};

Result<Keys> load_keys(const ToolKeyFiles& files) {
  if (files.own.empty() || files.hub.empty()) {
    return fail(Code::kUsage,
                "tcp:// needs --key and --hub-key (so-ctl keygen makes keys); without any it is "
                "insecure+tcp://HOST:PORT");
  }
  auto own = load_key_pair(files.own);
  if (!own) return fail(own.error());
  const auto hub = load_known_keys(files.hub);
  if (!hub) return fail(hub.error());
  return Keys{*std::move(own), hub->front().key};
}

}  // namespace

class ZmqBus::Dealer {
 public:
  Dealer(const std::string& endpoint, const std::optional<Keys>& keys, net::Loop& loop)
      : endpoint_(endpoint),
        socket_(make_dealer(context_)),
        links_(context_, socket_, loop, [this](Link link, auto why) { on_link(link, why); }),
        poll_(
            socket_, loop, [this] { take(); }, [this] { work(); }) {
    if (keys) {
      socket_.set(zmq::sockopt::curve_serverkey, keys->hub);
      socket_.set(zmq::sockopt::curve_publickey, keys->own.known);
      socket_.set(zmq::sockopt::curve_secretkey, keys->own.secret);
    }
    socket_.connect(endpoint);
  }
  ~Dealer() {
    if (up_) flush();
  }
  Dealer(const Dealer&) = delete;
  Dealer& operator=(const Dealer&) = delete;

  void listen(Handlers handlers) {
    handlers_ = std::move(handlers);
    told_ = false;
    poll_.touch();
  }

  bool send(const wire::FrameView& frame, Room room) {
    if (!up_ || (room == Room::kBounded && out_.bytes() > kQueueBytes)) return false;
    scratch_.clear();
    wire::write_frame(frame, scratch_);
    out_.append(scratch_);
    if (out_.bytes() >= kFlushBytes) flush();
    poll_.touch();
    return true;
  }

 private:
  void on_link(Link link, std::string_view why) {
    if (link == Link::kFailed) complain(why.empty() ? kHungUp : why);
    if (link == Link::kUp) complaints_.clear();
    on_link(link == Link::kUp, why);
  }

  // The same again and again, while we try.
  void complain(std::string_view why) {
    if (!complaints_.emplace(why).second) return;
    log::warn("no way to the hub at {}: {}", endpoint_, why);
  }

  void on_link(bool up, std::string_view why) {
    while (receive()) continue;  // the last words of the hub that went
    if (up == up_ && !up) return;
    up_ = up;
    out_.clear();
    told_ = true;
    if (handlers_.link) handlers_.link(up, why);
  }

  void take() {
    for (int i = 0; i < kReadAtOnce && receive(); ++i) continue;
  }

  void work() {
    if (up_ && !told_) on_link(true, "");
    flush();
    const Possible now = possible(socket_);
    if (now.receive) take();
    if (now.receive || (now.send && up_ && !out_.empty())) poll_.touch();
  }

  void flush() {
    while (up_ && !out_.empty() && try_send(socket_, out_.front()) == Sent::kYes) out_.pop();
  }

  bool receive() {
    zmq::message_t message;
    if (!try_receive(socket_, message)) return false;
    Cursor in{view(message)};
    for (auto frame = wire::read_frame(in); frame && *frame; frame = wire::read_frame(in)) {
      if (handlers_.frame) handlers_.frame(**frame);
    }
    return true;
  }

  std::string endpoint_;
  zmq::context_t context_;
  zmq::socket_t socket_;
  ZmqLinks links_;
  ZmqPoll poll_;
  std::set<std::string> complaints_;  // since the link was there
  Handlers handlers_;
  Batches out_;
  Bytes scratch_;
  bool up_ = false;
  bool told_ = false;  // whoever listens knows of the link
};

ZmqBus::ZmqBus(std::unique_ptr<Dealer> dealer) : dealer_(std::move(dealer)) {}
ZmqBus::~ZmqBus() = default;

Result<std::unique_ptr<ZmqBus>> ZmqBus::connect(std::string_view address, net::Loop& loop,
                                                const ToolKeyFiles& keys) {
  const auto to = Address::parse(address);
  if (!to) return fail(to.error());
  std::optional<Keys> both;
  if (to->keys) {
    auto loaded = load_keys(keys);
    if (!loaded) return fail(loaded.error());
    both = *std::move(loaded);
  }
  try {
    return std::unique_ptr<ZmqBus>{new ZmqBus{std::make_unique<Dealer>(to->endpoint, both, loop)}};
  } catch (const zmq::error_t& error) {
    return fail(Code::kSystem, error.what());
  }
}

void ZmqBus::listen(Handlers handlers) {
  dealer_->listen(std::move(handlers));
}

bool ZmqBus::send(const wire::FrameView& frame, Room room) {
  return dealer_->send(frame, room);
}

}  // namespace so::bus
