#include "tap.h"

#include <cmath>
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
      batches_(options_.cut),
      opening_(loop, [this] { take(muxer_.tick(loop_.now())); }),
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
  hub_.follow(options_.stream, {.meta = true, .streams = true, .latest = false});
}

void Tap::event(const wire::FrameView& event) {
  const auto body = parser_.parse(event.body);
  if (event.scope != options_.stream || !body) return;
  if (event.header.kind == wire::Kind::kStream) return stream_event(*body);
  const auto data = json::member(*body, "data");
  if (event.header.kind != wire::Kind::kMetadata || !data) return;
  metadata(json::number(*body, "timestamp"), json::compact(*data));
}

void Tap::stream_event(json::Element event) {
  if (json::text(event, "state") == "down") {
    if (subscriber_) finish(Exit::kOk);
    return;
  }
  const std::string endpoint{json::text(event, "endpoint").value_or("")};
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
  if (auto description = read_description(unit.tag())) describe(std::move(*description));
  take(muxer_.feed(unit.tag(), unit.owner, loop_.now()));
}

void Tap::take(std::span<const fmp4::Event> events) {
  for (const fmp4::Event& event : events) {
    std::visit([this](const auto& e) { on(e); }, event);
  }
  arm(opening_, muxer_, loop_);
}

void Tap::on(const fmp4::InitSegment& init) {
  timeout_.stop();
  flush();
  begun_ = true;
  write(init.bytes);
}

void Tap::on(const fmp4::Fragment& fragment) {
  const fmp4::InitSegment& init = *muxer_.init();
  time_ = seconds(fragment.sample, init);
  for (const fmp4::Batch& batch : batches_.add(fragment, init)) write_batch(batch);
  const bool all =
      options_.duration && time_ * 1000 >= static_cast<double>(options_.duration->count());
  if (all) finish(Exit::kOk);
}

// What is known before the stream begins lies at its beginning.
void Tap::describe(Description description) {
  if (description.json == description_) return;
  description_ = description.json;
  description.id = ++event_id_;
  add(description.at(static_cast<std::uint64_t>(std::llround(time_ * 1000))));
}

void Tap::metadata(std::optional<double> timestamp, std::string_view data) {
  const std::string kind = kind_of(data);
  if (!begun_ || kind == kDescription) return;  // the media brought that
  const auto now = static_cast<std::uint64_t>(std::llround(time_ * 1000));
  add({.id = ++event_id_, .time = place(muxer_, timestamp, now), .value = kind, .text = data});
}

void Tap::add(const fmp4::EventMessage& message) {
  if (!add_event(events_, message)) {
    log::warn("{}: metadata comes too fast, some is left out", options_.stream);
  }
}

void Tap::write_batch(const fmp4::Batch& batch) {
  Bytes bytes = std::exchange(events_, {});
  const Bytes header = fmp4::fragment_header(batch.samples, batch.sequence);
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), batch.payload.bytes.begin(), batch.payload.bytes.end());
  write(bytes);
}

void Tap::flush() {
  if (const auto batch = batches_.flush()) write_batch(*batch);
}

void Tap::on(const fmp4::Notice& notice) {
  log::warn("{}: {}", options_.stream, notice.text);
}

void Tap::write(ByteView bytes) {
  if (done_ && !write_(bytes)) finish(Exit::kOk);
}

void Tap::finish(Exit exit) {
  timeout_.stop();
  if (done_) flush();
  if (const auto done = std::exchange(done_, nullptr)) done(exit);
}

}  // namespace so::fmp4serve
