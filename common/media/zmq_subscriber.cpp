#include "media/zmq_subscriber.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <zmq.hpp>

#include "base/log.h"
#include "base/random.h"
#include "media/endpoint.h"
#include "media/reception.h"
#include "media/zmq_keys.h"
#include "media/zmq_socket.h"

namespace so::media {
namespace {

constexpr std::size_t kHeadTopicBytes = 9;
// A publisher whose pipe to us is still full when we ask drops the head, or the end of it. One that
// is on its way may be large, but does not pause.
constexpr Millis kHeadWithin{500};
constexpr int kTurnUnits = 256;  // then others have their turn, a catch-up must not stall the loop

std::string new_head_topic() {
  const std::uint64_t token = random_u64();
  std::string topic(kHeadTopicBytes, 'h');
  std::memcpy(topic.data() + 1, &token, sizeof token);
  return topic;
}

}  // namespace

struct Subscriber::State {
  net::Loop& loop;
  Handlers handlers;
  Reception reception;
  std::string head_topic;
  TimePoint head_due{};  // its next unit
  zmq::socket_t socket{media_context(), zmq::socket_type::sub};
  std::shared_ptr<zmq::message_t> message = std::make_shared<zmq::message_t>();  // the newest
  std::unique_ptr<Readable> readable;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // for a read() that was deferred

  State(net::Loop& the_loop, Handlers the_handlers)
      : loop(the_loop), handlers(std::move(the_handlers)) {}

  void ask_for_head() {
    if (!head_topic.empty()) socket.set(zmq::sockopt::unsubscribe, head_topic);
    head_topic = new_head_topic();
    reception.await_head();
    head_due = loop.now() + kHeadWithin;
    socket.set(zmq::sockopt::subscribe, head_topic);
  }

  void read() {
    for (int i = 0; i < kTurnUnits; ++i) {
      if (message.use_count() > 1) message = std::make_shared<zmq::message_t>();  // it was kept
      if (!socket.recv(*message, zmq::recv_flags::dontwait)) return;
      receive({message->data<std::uint8_t>(), message->size()});
    }
    loop.defer([this, living = alive] {
      if (*living) read();
    });
  }

  void receive(ByteView bytes) {
    const bool live = !bytes.empty() && bytes[0] == 'm';
    const std::size_t topic = live ? 1 : kHeadTopicBytes;
    if (bytes.size() < topic || (!live && as_text(bytes.first(topic)) != head_topic)) return;
    auto unit = read_unit(bytes.subspan(topic));
    if (!unit) return log::warn("{}", unit.error().text);
    unit->owner = message;
    if (unit->has(flag::kEndOfStream)) return handlers.end ? handlers.end() : void();
    if (!live) head_due = loop.now() + kHeadWithin;
    if (live && reception.waiting() && loop.now() >= head_due) return ask_for_head();
    switch (live ? reception.live(*unit) : reception.head(*unit)) {
      case Reception::Verdict::kTake:
        return handlers.unit(*unit, reception.skipped());
      case Reception::Verdict::kAgain:
        return ask_for_head();
      case Reception::Verdict::kDrop:
        return;
    }
  }
};

Subscriber::Subscriber(std::unique_ptr<State> state) : state_(std::move(state)) {}
Subscriber::~Subscriber() {
  *state_->alive = false;
}

Result<std::unique_ptr<Subscriber>> Subscriber::open(net::Loop& loop, const std::string& endpoint,
                                                     Handlers handlers) {
  const auto where = Endpoint::parse(endpoint);
  if (!where) return fail(where.error());
  const Keys* const keys = Keys::current();
  if (!where->key.empty() && keys == nullptr) {
    return fail(Code::kUsage, fmt::format("{} needs --key", endpoint));
  }
  try {
    auto state = std::make_unique<State>(loop, std::move(handlers));  // as of a publisher's
    if (!where->key.empty()) {
      state->socket.set(zmq::sockopt::curve_serverkey, where->key);
      state->socket.set(zmq::sockopt::curve_publickey, keys->own().known);
      state->socket.set(zmq::sockopt::curve_secretkey, keys->own().secret);
    }
    watch_over(state->socket);
    state->socket.set(zmq::sockopt::reconnect_ivl, 500);
    state->socket.set(zmq::sockopt::rcvhwm, 4096);
    state->socket.set(zmq::sockopt::linger, 0);
    state->socket.connect(where->address);
    state->socket.set(zmq::sockopt::subscribe, "m");
    state->ask_for_head();
    state->readable =
        std::make_unique<Readable>(loop, state->socket, [raw = state.get()] { raw->read(); });
    return std::unique_ptr<Subscriber>{new Subscriber{std::move(state)}};
  } catch (const zmq::error_t& error) {
    return fail(Code::kSystem,
                fmt::format("unable to subscribe to {}: {}", endpoint, error.what()));
  }
}

}  // namespace so::media
