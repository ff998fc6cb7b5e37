#include "channel.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.h"
#include "messages.h"

namespace so::fmp4serve {

Channel::Channel(net::Loop& loop, net::WsServer& server, std::string stream, Counts& counts)
    : loop_(loop),
      server_(server),
      stream_(std::move(stream)),
      counts_(counts),
      again_(loop, [this] { fetch(); }),
      opening_(loop, [this] { take(muxer_.tick(loop_.now())); }) {}

void Channel::add(net::ConnId id, const Watching& watching) {
  Viewer& viewer = viewers_.try_emplace(id, server_, id, watching, counts_).first->second;
  if (endpoint_.empty()) viewer.tell(waiting_message(stream_));
  Viewer* const joins = &viewer;
  begin(watching.cut, {&joins, 1});
}

void Channel::remove(net::ConnId id) {
  const auto found = viewers_.find(id);
  if (found == viewers_.end()) return;
  const fmp4::Cut cut = found->second.cut();
  viewers_.erase(found);
  if (cut.at == fmp4::Cut::At::kFrame) return;
  const bool wanted = std::any_of(viewers_.begin(), viewers_.end(),
                                  [&](const auto& entry) { return entry.second.cut() == cut; });
  if (!wanted) groups_.erase(cut);
}

void Channel::to_live(net::ConnId id) {
  const auto found = viewers_.find(id);
  if (found == viewers_.end()) return;
  Viewer* const viewer = &found->second;
  viewer->resume();
  begin(viewer->cut(), {&viewer, 1});
}

void Channel::pause(net::ConnId id) {
  if (const auto found = viewers_.find(id); found != viewers_.end()) found->second.pause();
}

void Channel::snapshot(net::ConnId id) {
  const auto found = viewers_.find(id);
  if (found == viewers_.end()) return;
  const std::vector<fmp4::Fragment> burst = muxer_.burst();
  found->second.snapshot(muxer_.init(), burst.empty() ? nullptr : &burst.front());
}

void Channel::pong(net::ConnId id, std::uint64_t utc_seconds) {
  if (const auto found = viewers_.find(id); found != viewers_.end()) {
    found->second.pong(utc_seconds);
  }
}

// A picture at once: all since the last key frame, squeezed so that it ends at the live point.
void Channel::begin(const fmp4::Cut& cut, std::span<Viewer* const> viewers) {
  const bool frames = cut.at == fmp4::Cut::At::kFrame;
  if (!frames) group(cut);
  if (!init_ || endpoint_.empty()) return;
  const auto give_them = [&](const Piece& piece) {
    for (Viewer* const viewer : viewers) viewer->fragment(piece, *init_);
  };
  if (frames) {
    for (const fmp4::Fragment& fragment : muxer_.burst()) give_them(piece(fragment, {}));
  } else if (const auto& opening = group(cut).batches.opening(muxer_.gop())) {
    const Bytes header = fmp4::fragment_header(opening->samples, opening->sequence);
    give_them(piece(*opening, header, {}));
  }
}

// With other tracks a player's decoder starts anew, and would wait for the next key frame.
void Channel::begin_all() {
  std::map<fmp4::Cut, std::vector<Viewer*>> all;
  for (auto& [id, viewer] : viewers_) {
    viewer.wait();
    all[viewer.cut()].push_back(&viewer);
  }
  for (const auto& [cut, viewers] : all) begin(cut, viewers);
}

void Channel::online(const std::string& endpoint) {
  if (endpoint == endpoint_) return;
  flush();
  if (endpoint_.empty() && muxed_before_) log::info("{} is back", stream_);
  endpoint_ = endpoint;
  description_.reset();
  if (std::exchange(muxed_before_, true)) muxer_.restart();
  fetch();
}

// It does not work while all descriptors are taken: viewers leave, and the stream is still there.
void Channel::fetch() {
  constexpr Millis kAgain{1000};
  auto opened = media::Subscriber::open(
      loop_, endpoint_,
      {.unit = [this](const media::UnitView& u, bool skipped) { unit(u, skipped); }, .end = {}});
  if (opened) {
    again_.stop();
    subscriber_ = std::move(*opened);
    return;
  }
  log::error("{}: {}", stream_, opened.error().text);
  again_.start(kAgain);
}

void Channel::offline() {
  if (endpoint_.empty()) return;
  flush();
  endpoint_.clear();
  subscriber_.reset();
  again_.stop();
  opening_.stop();
  for (auto& [id, viewer] : viewers_) viewer.offline();
}

void Channel::unit(const media::UnitView& unit, bool skipped) {
  if (skipped) muxer_.lost();
  if (auto description = read_description(unit.tag())) describe(std::move(*description));
  take(muxer_.feed(unit.tag(), unit.owner, loop_.now()));
}

void Channel::take(std::span<const fmp4::Event> events) {
  for (const fmp4::Event& event : events) {
    std::visit([this](const auto& e) { on(e); }, event);
  }
  if (std::exchange(anew_, false)) begin_all();
  arm(opening_, muxer_, loop_);
}

// It reaches each viewer with the first fragment that needs it.
void Channel::on(const fmp4::InitSegment& init) {
  flush();
  init_ = init;
  anew_ = anew_ || !init.same_tracks;
  log::debug("{}: {}", stream_, init.mime);
}

void Channel::on(const fmp4::Fragment& fragment) {
  time_ = seconds(fragment.sample, *init_);
  if (anew_) return;  // it is in the burst, or sound that nobody misses
  const Bytes events = std::exchange(events_, {});
  give(piece(fragment, events), fmp4::Cut{});
  for (auto& [cut, group] : groups_) {
    for (const fmp4::Batch& batch : group.batches.add(fragment, *init_)) give(batch, cut, group);
    time(cut, group);
  }
}

void Channel::on(const fmp4::Discontinuity& jump) {
  log::info("{}: the publisher's clock was set anew at {} ms", stream_, jump.media_ms);
  tell_all(restart_message(static_cast<double>(jump.media_ms) / 1000, jump.publisher_time));
}

void Channel::on(const fmp4::Notice& notice) {
  log::warn("{}: {}", stream_, notice.text);
  tell_all(notice_message(notice.text));
}

Piece Channel::piece(const fmp4::Fragment& fragment, ByteView events) const {
  return {.samples = {&fragment.sample, 1},
          .header = fragment.header,
          .payload = fragment.payload,
          .events = events,
          .description = description_ ? &*description_ : nullptr,
          .frame = net::Frame::binary_shared({events, fragment.header}, fragment.payload),
          .timestamp = publisher_time(fragment.sample)};
}

Piece Channel::piece(const fmp4::Batch& batch, ByteView header, ByteView events) const {
  return {.samples = batch.samples,
          .header = header,
          .payload = batch.payload,
          .events = events,
          .description = description_ ? &*description_ : nullptr,
          .frame = net::Frame::binary_shared({events, header}, batch.payload),
          .timestamp = publisher_time(batch.samples.front())};
}

std::optional<std::int64_t> Channel::publisher_time(const fmp4::Sample& sample) const {
  return muxer_.publisher_time(std::llround(seconds(sample, *init_) * 1000));
}

void Channel::give(const Piece& piece, const fmp4::Cut& cut) {
  for (auto& [id, viewer] : viewers_) {
    if (viewer.cut() == cut) viewer.fragment(piece, *init_);
  }
}

void Channel::give(const fmp4::Batch& batch, const fmp4::Cut& cut, Group& group) {
  const Bytes events = std::exchange(group.events, {});
  const Bytes header = fmp4::fragment_header(batch.samples, batch.sequence);
  give(piece(batch, header, events), cut);
}

Channel::Group& Channel::group(const fmp4::Cut& cut) {
  const auto found = groups_.find(cut);
  if (found != groups_.end()) return found->second;
  Group& made = groups_.emplace(cut, Group{fmp4::Batches{cut}, {}, nullptr}).first->second;
  made.timer = std::make_unique<net::Timer>(loop_, [this, cut, &made] { flush(cut, made); });
  return made;
}

void Channel::flush() {
  for (auto& [cut, group] : groups_) flush(cut, group);
}

void Channel::flush(const fmp4::Cut& cut, Group& group) {
  if (const auto batch = group.batches.flush()) give(*batch, cut, group);
  time(cut, group);
}

// What waits goes out in time though the next frame does not come, as of a picture that stands.
void Channel::time(const fmp4::Cut& cut, Group& group) {
  constexpr Millis kGroup{10'000};
  const bool waits = !group.batches.empty();
  if (waits == group.timed) return;
  group.timed = waits;
  if (!waits) return group.timer->stop();
  group.timer->start(cut.at == fmp4::Cut::At::kTime ? 2 * cut.every : kGroup);
}

std::uint64_t Channel::now_ms() const {
  return static_cast<std::uint64_t>(std::llround(time_ * 1000));
}

bool Channel::add_events(const fmp4::EventMessage& message) {
  bool all = add_event(events_, message);
  for (auto& [cut, group] : groups_) all &= add_event(group.events, message);
  return all;
}

void Channel::metadata(std::optional<double> timestamp, std::string_view data) {
  const std::string kind = kind_of(data);
  if (kind == kDescription) return;  // the media brought it
  const std::uint64_t ms = place(muxer_, timestamp, now_ms());
  if (!endpoint_.empty() &&
      !add_events({.id = ++event_id_, .time = ms, .value = kind, .text = data})) {
    ++counts_.lost_metadata;
  }
  const std::string rich = metadata_message(static_cast<double>(ms) / 1000, timestamp, data);
  const std::string plain = plain_metadata(timestamp, data);
  for (auto& [id, viewer] : viewers_) viewer.metadata(rich, plain);
}

// Encoders repeat it. Who begins later gets it then.
void Channel::describe(Description description) {
  if (description_ && description_->json == description.json) return;
  description.id = ++event_id_;
  description_ = std::move(description);
  const std::string rich = metadata_message(time_, description_->timestamp, description_->json);
  const bool shown = std::any_of(viewers_.begin(), viewers_.end(),
                                 [](const auto& entry) { return entry.second.started(); });
  if (!shown) return;
  if (!add_events(description_->at(now_ms()))) ++counts_.lost_metadata;
  for (auto& [id, viewer] : viewers_) {
    if (viewer.started()) viewer.tell(rich);
  }
}

void Channel::tell_all(std::string_view json) {
  for (auto& [id, viewer] : viewers_) viewer.tell(json);
}

}  // namespace so::fmp4serve
