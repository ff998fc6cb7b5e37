#include "bus/zmq_hub.h"

#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <fmt/format.h>
#include <zmq.hpp>

#include "bus/address.h"
#include "bus/outbox.h"
#include "bus/socket_file.h"
#include "bus/unread.h"
#include "bus/zmq_io.h"
#include "bus/zmq_links.h"
#include "bus/zmq_poll.h"
#include "bus/zmq_zap.h"
#include "hub/hub.h"

namespace so::bus {
namespace {

using hub::ToolId;

constexpr int kReadAtOnce = 256;   // messages in a turn, so that timers and sending have theirs
constexpr int kPipeMessages = 16;  // in ZeroMQ's own queue for a tool; the rest waits in its Outbox
constexpr std::int64_t kMaxMessage =
    2 << 20;                   // the largest frame is 1.2 MiB; more ends the connection
constexpr int kLinger = 200;   // ms, for the last words of a hub that ends
constexpr int kBacklog = 256;  // connections that wait to be accepted
constexpr Millis kRetry{10};   // a pipe that has room again may not show on the descriptor
constexpr Millis kProbe{20};   // ZeroMQ tells of a closed connection before it forgets its peer
constexpr std::size_t kMemberAt = 8;  // the header's field, see wire/frame.h

zmq::socket_t make_router(zmq::context_t& context) {
  zmq::socket_t socket{context, zmq::socket_type::router};
  socket.set(zmq::sockopt::router_mandatory,
             true);  // a peer that is not there is an error, not a hole
  socket.set(zmq::sockopt::linger, kLinger);
  socket.set(zmq::sockopt::sndhwm, kPipeMessages);
  socket.set(zmq::sockopt::rcvhwm, kPipeMessages);
  socket.set(zmq::sockopt::maxmsgsize, kMaxMessage);
  socket.set(zmq::sockopt::backlog, kBacklog);
  return socket;
}

Result<KeyPair> load_hub_key(const HubKeyFiles& files) {
  if (!files.own.empty() && !files.tools.empty()) return load_key_pair(files.own);
  return fail(Code::kUsage,
              "tcp:// needs --key and --tool-keys (so-ctl keygen makes keys); without any it is "
              "insecure+tcp://HOST:PORT, open to whoever reaches it");
}

/// While it lives, files are made without permissions for others.
class Umask {
 public:
  Umask() : before_(umask(0117)) {}
  ~Umask() { umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

}  // namespace

class ZmqHub::Router {
 public:
  Router(std::optional<SocketFile> file, const std::optional<KeyPair>& keys, net::Loop& loop)
      : file_(std::move(file)),
        socket_(make_router(context_)),
        links_(context_, socket_, loop, [this](Link link, auto why) { on_link(link, why); }),
        poll_(
            socket_, loop, [this] { take(); }, [this] { work(); }),
        retry_(loop, [this] { work(); }),
        probe_(loop, [this] { probe(); }) {
    if (!keys) return;
    zap_.emplace(context_, loop, [this](const std::string& why) { on_refused(why); });
    socket_.set(zmq::sockopt::curve_server, true);
    socket_.set(zmq::sockopt::curve_secretkey, keys->secret);
    socket_.set(zmq::sockopt::zap_domain, "scopewire");
  }
  ~Router() { flush(); }
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void bind(const std::string& endpoint) {
    const Umask umask;
    socket_.bind(endpoint);
  }
  void allow(const std::vector<KnownKey>& tools) {
    if (zap_) zap_->allow(tools);
  }
  void listen(Handlers handlers) { handlers_ = std::move(handlers); }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::size_t waiting() const {
    std::size_t bytes = 0;
    for (const auto& [tool, peer] : peers_) bytes += peer.out.bytes();
    return bytes;
  }
  [[nodiscard]] std::string address() const { return socket_.get(zmq::sockopt::last_endpoint); }

  void send(const hub::Send& send) {
    scratch_.clear();
    wire::write_frame(send.frame.view(), scratch_);
    const auto own = [&](ToolId tool) { return !send.origin || tool == *send.origin; };
    for (const ToolId tool : send.to) {
      if (own(tool)) enqueue(tool, send.frame.header.kind);
    }
    if (!send.origin) return;
    std::fill_n(scratch_.begin() + kMemberAt, sizeof(std::uint64_t), std::uint8_t{0});
    for (const ToolId tool : send.to) {
      if (!own(tool)) enqueue(tool, send.frame.header.kind);
    }
  }

  void forget(ToolId tool) {
    const auto at = peers_.find(tool);
    if (at == peers_.end()) return;
    flush(at->second);
    tools_.erase(at->second.routing_id);
    peers_.erase(at);
  }

 private:
  struct Peer {
    std::string routing_id;
    Outbox out;
  };

  // --- out ---

  void enqueue(ToolId tool, wire::Kind kind) {
    const auto at = peers_.find(tool);
    if (at == peers_.end()) return;
    Outbox& out = at->second.out;
    ++counters_.frames_out;
    if (wire::may_be_missed(kind)) {
      const bool was_behind = out.behind();
      out.event(scratch_);
      if (out.behind() && !was_behind) ++counters_.gaps;
    } else if (!out.reply(scratch_)) {
      lost_.push_back(tool);
    }
    poll_.touch();
  }

  enum class Flushed { kAll, kBehind, kGone };
  Flushed flush(Peer& peer) {
    while (!peer.out.empty()) {
      Sent sent = try_send(socket_, as_bytes(peer.routing_id), true);
      if (sent == Sent::kYes) sent = try_send(socket_, peer.out.front());
      if (sent == Sent::kFull) return Flushed::kBehind;
      if (sent == Sent::kGone) return Flushed::kGone;
      peer.out.pop();
    }
    return Flushed::kAll;
  }

  /// Whether somebody has to be tried again.
  bool flush() {
    bool behind = false;
    for (auto& [tool, peer] : peers_) {
      const Flushed flushed = flush(peer);
      behind = behind || flushed == Flushed::kBehind;
      if (flushed == Flushed::kGone) lost_.push_back(tool);
    }
    return behind;
  }

  void lose() {
    for (const ToolId tool : std::exchange(lost_, {})) {
      const auto at = peers_.find(tool);
      if (at == peers_.end()) continue;
      unread_.erase(at->second.routing_id);
      tools_.erase(at->second.routing_id);
      peers_.erase(at);
      if (handlers_.gone) handlers_.gone(tool);
    }
  }

  // --- who is there ---

  // ZeroMQ says that some connection was closed, not whose: so all are sent an empty message, which
  // has no frames, and who is not there any more is found by that.
  void on_link(Link link, std::string_view why) {
    if (link == Link::kDown) probe_.start(kProbe);
    if (link != Link::kFailed || why.empty()) return;
    ++counters_.refused;
    if (why != kUnknownKey) on_refused(why);
  }

  void on_refused(std::string_view why) const {
    if (handlers_.refused) handlers_.refused(why);
  }

  void probe() {
    for (auto& [tool, peer] : peers_) {
      Sent sent = try_send(socket_, as_bytes(peer.routing_id), true);
      if (sent == Sent::kYes) sent = try_send(socket_, {});
      if (sent == Sent::kGone) lost_.push_back(tool);
    }
    work();
  }

  // --- in ---

  void take() {
    for (int i = 0; i < kReadAtOnce && receive(); ++i) continue;
  }

  void work() {
    if (flush()) retry_.start(kRetry);
    lose();
    const bool went_on = go_on();
    if (!possible(socket_).receive && !went_on) return;
    take();
    poll_.touch();
  }

  bool receive() {
    zmq::message_t from;
    if (!try_receive(socket_, from)) return false;
    const std::string routing_id{as_text(view(from))};
    zmq::message_t message;
    for (bool more = from.more(); more && try_receive(socket_, message); more = message.more()) {
      hear(routing_id, view(message));
    }
    return true;
  }

  void hear(const std::string& from, ByteView message) {
    if (unread_.contains(from) || has_enough(from)) return put_off(from, message);
    const std::size_t read = this->read(from, message);
    if (read < message.size()) put_off(from, message.subspan(read));
  }

  // Up to where the tool has enough to read.
  std::size_t read(const std::string& from, ByteView message) {
    Cursor in{message};
    auto frame = wire::read_frame(in);
    for (; frame && *frame; frame = wire::read_frame(in)) {
      ++counters_.frames_in;
      if (handlers_.frame) handlers_.frame(tool_of(from), **frame);
      if (has_enough(from)) return in.at();
    }
    if (!frame) refuse(from, frame.error());
    return message.size();
  }

  // --- whoever has enough to read ---

  [[nodiscard]] bool has_enough(const std::string& routing_id) const {
    const auto tool = tools_.find(routing_id);
    return tool != tools_.end() && peers_.at(tool->second).out.has_enough();
  }

  // Messages come from all tools in turn: one of them cannot be left with ZeroMQ.
  void put_off(const std::string& from, ByteView message) {
    const ToolId tool = tool_of(from);
    Unread& unread = unread_[from];
    if (unread.bytes() + message.size() > Unread::kMaxBytes) {
      lost_.push_back(tool);
      return poll_.touch();
    }
    ++counters_.put_off;
    unread.add(message);
    // It is alive, whatever it says.
    if (handlers_.frame)
      handlers_.frame(tool,
                      {.header = {.kind = wire::Kind::kBeat}, .scope = {}, .name = {}, .body = {}});
  }

  // Whether something was read.
  bool go_on() {
    std::vector<std::string> ready;
    for (const auto& [from, unread] : unread_) {
      if (!has_enough(from)) ready.push_back(from);
    }
    for (const std::string& from : ready) go_on(from);
    return !ready.empty();
  }

  // The tool may say goodbye, and hello again as another: what it has said stays.
  void go_on(const std::string& from) {
    const auto at = unread_.find(from);
    Unread& unread = at->second;
    for (int i = 0; i < kReadAtOnce && !unread.empty() && !has_enough(from); ++i) {
      const Bytes message = unread.take();
      const std::size_t read = this->read(from, message);
      if (read < message.size()) unread.put_back(ByteView{message}.subspan(read));
    }
    if (unread.empty()) unread_.erase(at);
  }

  ToolId tool_of(const std::string& routing_id) {
    const auto [at, made] = tools_.try_emplace(routing_id, ToolId{});
    if (made) {
      at->second = ToolId{++last_tool_};
      peers_[at->second].routing_id = at->first;
    }
    return at->second;
  }

  // Nothing is kept for who speaks in no frames: the answer is sent if it can be sent now.
  void refuse(std::string_view to, const Error& error) {
    ++counters_.malformed;
    Bytes answer;
    wire::write_frame(hub::malformed(error).view(), answer);
    if (try_send(socket_, as_bytes(to), true) == Sent::kYes) try_send(socket_, answer);
  }

  std::optional<SocketFile> file_;  // let go when the socket is closed
  zmq::context_t context_;
  std::optional<ZmqZap> zap_;
  zmq::socket_t socket_;
  ZmqLinks links_;
  ZmqPoll poll_;
  net::Timer retry_;
  net::Timer probe_;
  Handlers handlers_;
  Counters counters_;
  std::unordered_map<std::string, ToolId> tools_;  // by routing id
  std::map<ToolId, Peer> peers_;
  std::unordered_map<std::string, Unread> unread_;  // by routing id; none is empty
  std::vector<ToolId> lost_;                        // since the last lose()
  std::uint32_t last_tool_ = 0;
  Bytes scratch_;
};

ZmqHub::ZmqHub(std::unique_ptr<Router> router, HubKeyFiles keys)
    : router_(std::move(router)), keys_(std::move(keys)) {}
ZmqHub::~ZmqHub() = default;

Result<std::unique_ptr<ZmqHub>> ZmqHub::bind(std::string_view address, net::Loop& loop,
                                             HubKeyFiles keys) {
  const auto at = Address::parse(address);
  if (!at) return fail(at.error());
  std::optional<KeyPair> pair;
  if (at->keys) {
    auto loaded = load_hub_key(keys);
    if (!loaded) return fail(loaded.error());
    pair = *std::move(loaded);
  } else {
    keys = {};
  }
  std::optional<SocketFile> file;
  if (!at->path.empty()) {
    auto claimed = SocketFile::claim(at->path);
    if (!claimed) return fail(claimed.error());
    file.emplace(std::move(*claimed));
  }
  try {
    auto router = std::make_unique<Router>(std::move(file), pair, loop);
    Router& made = *router;
    std::unique_ptr<ZmqHub> hub{new ZmqHub{std::move(router), std::move(keys)}};
    if (auto loaded = hub->load_tool_keys(); !loaded) return fail(loaded.error());
    made.bind(at->endpoint);
    return hub;
  } catch (const zmq::error_t& error) {
    return fail(Code::kSystem, error.what());
  }
}

Status ZmqHub::load_tool_keys() {
  if (keys_.tools.empty()) return {};
  const auto tools = load_known_keys(keys_.tools);
  if (!tools) return fail(tools.error());
  router_->allow(*tools);
  return {};
}

void ZmqHub::listen(Handlers handlers) {
  router_->listen(std::move(handlers));
}
void ZmqHub::send(const hub::Send& send) {
  router_->send(send);
}
void ZmqHub::forget(hub::ToolId tool) {
  router_->forget(tool);
}
const ZmqHub::Counters& ZmqHub::counters() const {
  return router_->counters();
}
std::size_t ZmqHub::waiting() const {
  return router_->waiting();
}
std::string ZmqHub::address() const {
  return router_->address();
}

}  // namespace so::bus
