#include "follow.h"

#include <utility>

#include "base/log.h"

namespace so::meta {

Follow::Follow(bus::Client& hub, Options options, std::function<bool(std::string_view)> print,
               std::function<void(Exit)> done)
    : hub_(hub), options_(std::move(options)), print_(std::move(print)), done_(std::move(done)) {}

void Follow::start() {
  if (options_.last) return;  // when there is a hub
  const bool latest = options_.latest || options_.only_latest;
  hub_.follow(options_.stream, {.meta = true, .streams = false, .latest = latest},
              [this](const bus::Reply& reply) { answered(reply); });
}

void Follow::link(bool connected) {
  if (connected && options_.last && done_) ask_history();
}

void Follow::ask_history() {
  hub_.history(0, options_.stream, *options_.last,
               [this](const bus::Reply& reply) { told_history(reply); });
}

// Another hub is asked again.
void Follow::told_history(const bus::Reply& reply) {
  if (reply.code == "hub_lost") return;
  json::Array events;
  const auto body = parser_.parse(reply.body);
  const auto list = reply.ok() && body ? json::member(*body, "metadata") : std::nullopt;
  if (list && list->get(events) == simdjson::SUCCESS) {
    for (const json::Element each : events) {
      ++printed_;
      if (!print_(json::compact(each))) return finish(Exit::kOk);
    }
  }
  answered(reply);
}

// What is there already came before.
void Follow::answered(const bus::Reply& reply) {
  if (!reply.ok()) {
    log::error("unable to {} {}: {}", options_.last ? "get" : "follow", options_.stream,
               reply.message);
    return finish(Exit::kRefused);
  }
  if (!options_.only_latest) return log::info("ready: following {}", options_.stream);
  if (printed_ == 0) log::error("{} has no metadata", options_.stream);
  finish(printed_ > 0 ? Exit::kOk : Exit::kNotFound);
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
