#include "media/follower.h"

#include <utility>

#include <fmt/format.h>

namespace so::media {

Follower::Follower(net::Loop& loop, bus::Client& hub, std::string stream, Handlers handlers)
    : loop_(loop),
      hub_(hub),
      stream_(std::move(stream)),
      handlers_(std::move(handlers)),
      timeout_(loop, [this] {
        const bool there = hub_.connected();
        handlers_.end(there ? Exit::kTimeout : Exit::kUnreachable,
                      fmt::format("{} has not begun{}", stream_, there ? "" : ": there is no hub"));
      }) {}

void Follower::start(Millis wait) {
  timeout_.start(wait);
  hub_.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
               .sync = {},
               .link = {},
               .refused = {}});
  const bool metadata = static_cast<bool>(handlers_.metadata);
  hub_.follow(stream_, {.meta = metadata, .streams = true, .latest = false});
}

void Follower::event(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  if (event.scope != stream_ || !body) return;
  if (event.header.kind == wire::Kind::kStream) return stream_event(*body);
  const auto data = json::member(*body, "data");
  if (event.header.kind != wire::Kind::kMetadata || !data || !handlers_.metadata) return;
  handlers_.metadata(json::number(*body, "timestamp"), json::compact(*data));
}

void Follower::stream_event(json::Element event) {
  if (json::text(event, "state") == "down") {
    if (subscriber_) handlers_.end(Exit::kOk, {});
    return;
  }
  const std::string endpoint{json::text(event, "endpoint").value_or("")};
  if (subscriber_ || endpoint.empty()) return;
  auto opened = Subscriber::open(
      loop_, endpoint, {.unit = handlers_.unit, .end = [this] { handlers_.end(Exit::kOk, {}); }});
  if (!opened) return handlers_.end(Exit::kFailure, opened.error().text);
  subscriber_ = *std::move(opened);
}

}  // namespace so::media
