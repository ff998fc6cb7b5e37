// A client says anything at all behind a handshake, to a server that agrees. What is heard does not
// depend on how the bytes were split, and the answers do not grow beyond what was asked.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "rtmp/session.h"

using namespace so;
using namespace so::rtmp;

namespace {

struct Heard {
  std::vector<std::pair<std::size_t, Bytes>> events;  // kind and, of media, the body
  std::string error;
  std::size_t answered = 0;
  // How much is acknowledged depends on when the bytes come.
  bool operator==(const Heard& other) const {
    return events == other.events && error == other.error;
  }
};

void agree(ServerSession& session, const ServerEvent& event) {
  if (std::holds_alternative<ConnectRequest>(event)) session.accept_connect();
  if (const auto* e = std::get_if<PublishRequest>(&event)) session.publish_started(e->stream);
  if (const auto* e = std::get_if<PlayRequest>(&event)) session.play_started(e->stream);
  if (const auto* e = std::get_if<Call>(&event)) session.result(e->transaction, e->object);
  if (const auto* e = std::get_if<SharedObjectMessage>(&event)) session.send_shared_object(*e);
}

void drain(ServerSession& session, Heard& heard) {
  while (heard.error.empty()) {
    const auto event = session.next();
    if (!event) heard.error = event.error().text;
    if (!event || !*event) break;
    const auto* media = std::get_if<Media>(&**event);
    Bytes body = media != nullptr ? to_bytes(media->body) : Bytes{};
    if (media != nullptr && media->whole != nullptr) body = std::move(*media->whole);
    heard.events.emplace_back((*event)->index(), std::move(body));
    agree(session, **event);
  }
  heard.answered += session.take_output().size();
}

Heard listen(ByteView in, std::size_t step) {
  ServerSession session{{}, 1, {}};
  Bytes hello(1 + 2 * kBlockBytes);
  hello[0] = 3;
  session.receive(hello, {});
  Heard heard;
  drain(session, heard);
  while (!in.empty() && heard.error.empty()) {
    const Bytes piece = to_bytes(in.first(std::min(step, in.size())));  // gone after this turn
    in = in.subspan(piece.size());
    session.lend(piece, {});
    drain(session, heard);
    session.keep();
  }
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView in{data, size};
  const Heard whole = listen(in, size);
  // A value repeated by reference is long when it is sent back, but no longer than its source.
  if (whole.answered > 4096 + 100 * size + size * size) std::abort();
  for (const std::size_t step : {1U, 13U}) {
    if (listen(in, step) != whole) std::abort();
  }
  return 0;
}
