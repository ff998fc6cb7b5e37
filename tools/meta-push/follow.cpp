#include "follow.h"

#include <utility>

#include "base/log.h"

namespace so::meta {

Follow::Follow(bus::Client& hub, Options options, std::function<bool(std::string_view)> print,
               std::function<void(Exit)> done)
    : hub_(hub), options_(std::move(options)), print_(std::move(print)), done_(std::move(done)) {}

void Follow::start() {
  hub_.follow(options_.stream, {.meta = true, .streams = false, .latest = options_.latest},
              [this](const bus::Reply& reply) {
                if (reply.ok()) return log::info("ready: following {}", options_.stream);
                log::error("unable to follow {}: {}", options_.stream, reply.message);
                finish(Exit::kRefused);
              });
}

void Follow::event(const wire::FrameView& event) {
  if (event.header.kind != wire::Kind::kMetadata || !done_) return;
  const bool read = print_(event.body);
  ++printed_;
  if (!read || (options_.count && printed_ >= *options_.count)) finish(Exit::kOk);
}

void Follow::finish(Exit exit) {
  if (const auto done = std::exchange(done_, nullptr)) done(exit);
}

}  // namespace so::meta
