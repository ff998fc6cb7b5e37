#include "media/zmq_keys.h"

#include <set>
#include <utility>

#include <zmq.hpp>

#include "base/log.h"
#include "bus/zmq_zap.h"
#include "media/zmq_socket.h"

namespace so::media {
namespace {

constexpr std::size_t kMostSaid = 100;  // of those who come again and again

const Keys*& current_keys() {
  static const Keys* keys = nullptr;
  return keys;
}

}  // namespace

struct Keys::State {
  bus::KeyPair own;
  std::set<std::string> said;
  bus::ZmqZap zap;

  State(bus::KeyPair pair, net::Loop& loop)
      : own(std::move(pair)),
        zap(media_context(), loop, [this](const std::string& why) { refused(why); }) {}

  void refused(const std::string& why) {
    if (said.size() < kMostSaid && said.insert(why).second) {
      log::warn("nobody fetches media here from {}", why);
    }
  }
};

Keys::Keys(std::unique_ptr<State> state) : state_(std::move(state)) {
  current_keys() = this;
}

Keys::~Keys() {
  current_keys() = nullptr;
}

Result<std::unique_ptr<Keys>> Keys::load(net::Loop& loop, const std::string& own,
                                         const std::string& known) {
  auto pair = bus::load_key_pair(own);
  if (!pair) return fail(pair.error());
  std::vector<bus::KnownKey> allowed;
  if (!known.empty()) {
    auto read = bus::load_known_keys(known);
    if (!read) return fail(read.error());
    allowed = *std::move(read);
  }
  auto state = std::make_unique<State>(*std::move(pair), loop);
  state->zap.allow(allowed);
  return std::unique_ptr<Keys>{new Keys{std::move(state)}};
}

const Keys* Keys::current() {
  return current_keys();
}

const bus::KeyPair& Keys::own() const {
  return state_->own;
}

}  // namespace so::media
