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
      patience_(loop,
                [this] { log::warn("{} does not begin yet: {}", options_.stream, missing()); }),
      follower_(loop, hub, options_.stream,
                {.unit = [this](const media::UnitView& u, bool skipped) { unit(u, skipped); },
                 .metadata = [this](std::optional<double> at,
                                    std::string_view data) { metadata(at, data); },
                 .end = [this](Exit exit, const std::string& why) { end(exit, why); }}) {}

void Tap::end(Exit exit, const std::string& why) {
  const bool waits = exit == Exit::kTimeout || exit == Exit::kUnreachable;
  if (waits) log::error("{} has not begun: {}", options_.stream, missing());
  if (!waits && !why.empty()) log::error("{}", why);
  finish(exit);
}

std::string Tap::missing() const {
  if (follower_.receives()) return arrivals_.any() ? arrivals_.text() : "no media has come";
  return hub_.connected() ? "it is not live" : "there is no hub";
}

void Tap::start() {
  follower_.start(options_.wait);
}

void Tap::unit(const media::UnitView& unit, bool skipped) {
  if (skipped) muxer_.lost();
  if (!begun_) {
    if (!arrivals_.any()) patience_.start(options_.patience);
    arrivals_.add(unit.tag());
  }
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
  follower_.stop_waiting();
  patience_.stop();
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
  follower_.stop_waiting();
  patience_.stop();
  if (done_) flush();
  if (const auto done = std::exchange(done_, nullptr)) done(exit);
}

}  // namespace so::fmp4serve
