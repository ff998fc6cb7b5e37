#include "bus/zmq_zap.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "bus/zmq_io.h"
#include "bus/zmq_keys.h"

namespace so::bus {
namespace {

constexpr const char* kEndpoint = "inproc://zeromq.zap.01";  // in each context

// Of a request: version, request id, domain, address, routing id, mechanism, the key.
constexpr std::size_t kId = 1;
constexpr std::size_t kAddress = 3;
constexpr std::size_t kMechanism = 5;
constexpr std::size_t kKey = 6;
constexpr std::size_t kParts = 7;
constexpr std::size_t kKeyBytes = 32;

zmq::socket_t make_socket(zmq::context_t& context) {
  zmq::socket_t socket{context, zmq::socket_type::rep};
  socket.set(zmq::sockopt::linger, 0);
  socket.bind(kEndpoint);
  return socket;
}

}  // namespace

ZmqZap::ZmqZap(zmq::context_t& context, net::Loop& loop, Refused refused)
    : socket_(make_socket(context)),
      refused_(std::move(refused)),
      poll_(
          socket_, loop, [] {}, [this] { work(); }) {}

// A socket is closed by a thread of the library, some time later; the next one needs the address.
ZmqZap::~ZmqZap() {
  zmq_unbind(socket_.handle(), kEndpoint);
}

void ZmqZap::allow(const std::vector<KnownKey>& keys) {
  names_.clear();
  for (const KnownKey& known : keys) {
    if (auto bytes = key_bytes(known.key)) names_.emplace(*std::move(bytes), known.name);
  }
}

void ZmqZap::work() {
  for (zmq::message_t part; try_receive(socket_, part);) {
    std::vector<zmq::message_t> request;
    bool more = part.more();
    request.push_back(std::move(part));
    while (more && try_receive(socket_, part)) {
      more = part.more();
      request.push_back(std::move(part));
    }
    answer(request);
  }
}

// Of a reply: version, request id, status, its text, who it is, and more of that.
void ZmqZap::answer(const std::vector<zmq::message_t>& request) {
  const auto text = [&](std::size_t part) {
    return part < request.size() ? as_text(view(request[part])) : std::string_view{};
  };
  const std::string_view key = text(kKey);
  const bool curve =
      request.size() == kParts && text(kMechanism) == "CURVE" && key.size() == kKeyBytes;
  const auto known = curve ? names_.find(std::string{key}) : names_.end();
  const bool good = known != names_.end();
  const std::array<std::string_view, kParts - 1> reply{"1.0",
                                                       text(kId),
                                                       good ? "200" : "400",
                                                       good ? "OK" : "unknown key",
                                                       good ? std::string_view{known->second} : "",
                                                       ""};
  for (std::size_t i = 0; i < reply.size(); ++i) {
    try_send(socket_, as_bytes(reply.at(i)), i + 1 < reply.size());
  }
  if (!good && curve) {
    refused_(fmt::format("{}: the key {} is not known", text(kAddress), key_text(key)));
  }
}

}  // namespace so::bus
