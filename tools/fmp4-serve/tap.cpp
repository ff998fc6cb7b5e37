#include "tap.h"

#include <utility>
#include <variant>

#include "base/log.h"
#include "viewer.h"

namespace so::fmp4serve {

Tap::Tap(net::Loop& loop, bus::Client& hub, Options options, std::function<bool(ByteView)> write,
         std::function<void(Exit)> done)
    : loop_(loop),
      hub_(hub),
      options_(std::move(options)),
      write_(std::move(write)),
      done_(std::move(done)),
      timeout_(loop, [this] {
        const bool there = hub_.connected();
        log::error("{} has not begun{}", options_.stream, there ? "" : ": there is no hub");
        finish(there ? Exit::kTimeout : Exit::kUnreachable);
      }) {}

void Tap::start() {
  timeout_.start(options_.wait);
  hub_.listen({.event = [this](const wire::FrameView& frame) { event(frame); },
               .sync = {},
               .link = {},
               .refused = {}});
  hub_.follow(options_.stream, {.meta = false, .streams = true, .latest = false});
}

void Tap::event(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  if (event.header.kind != wire::Kind::kStream || event.scope != options_.stream || !body) return;
  if (json::text(*body, "state") == "down") {
    if (subscriber_) finish(Exit::kOk);
    return;
  }
  const std::string endpoint{json::text(*body, "endpoint").value_or("")};
  if (subscriber_ || endpoint.empty()) return;
  auto opened = media::Subscriber::open(
      loop_, endpoint,
      {.unit = [this](const media::UnitView& u, bool skipped) { unit(u, skipped); },
       .end = [this] { finish(Exit::kOk); }});
  if (!opened) {
    log::error("{}", opened.error().text);
    return finish(Exit::kFailure);
  }
  subscriber_ = std::move(*opened);
}

void Tap::unit(const media::UnitView& unit, bool skipped) {
  if (skipped) muxer_.lost();
  for (const fmp4::Event& event : muxer_.feed(unit.tag(), unit.owner, loop_.now())) {
    std::visit([this](const auto& e) { on(e); }, event);
  }
}

void Tap::on(const fmp4::InitSegment& init) {
  timeout_.stop();
  write(init.bytes);
}

void Tap::on(const fmp4::Fragment& fragment) {
  write(fmp4::to_bytes(fragment));
  if (options_.duration && seconds(fragment.sample, *muxer_.init()) * 1000 >=
                               static_cast<double>(options_.duration->count())) {
    finish(Exit::kOk);
  }
}

void Tap::on(const fmp4::Notice& notice) {
  log::warn("{}: {}", options_.stream, notice.text);
}

void Tap::write(ByteView bytes) {
  if (done_ && !write_(bytes)) finish(Exit::kOk);
}

void Tap::finish(Exit exit) {
  timeout_.stop();
  if (const auto done = std::exchange(done_, nullptr)) done(exit);
}

}  // namespace so::fmp4serve
