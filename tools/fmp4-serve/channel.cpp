#include "channel.h"

#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "base/log.h"
#include "fmp4/event_message.h"
#include "messages.h"

namespace so::fmp4serve {

Channel::Channel(net::Loop& loop, net::WsServer& server, std::string stream)
    : loop_(loop), server_(server), stream_(std::move(stream)) {}

void Channel::add(net::ConnId id, const Watching& watching) {
  Viewer& viewer = viewers_.try_emplace(id, server_, id, watching).first->second;
  if (endpoint_.empty()) return viewer.tell(waiting_message(stream_));
  Viewer* const joins = &viewer;
  begin({&joins, 1});
}

void Channel::to_live(net::ConnId id) {
  const auto found = viewers_.find(id);
  if (found == viewers_.end()) return;
  Viewer* const viewer = &found->second;
  viewer->resume();
  begin({&viewer, 1});
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
void Channel::begin(std::span<Viewer* const> viewers) {
  const fmp4::InitSegment* init = muxer_.init();
  if (init == nullptr) return;
  for (const fmp4::Fragment& fragment : muxer_.burst()) {
    const SharedFragment shared{fragment,
                                net::Frame::binary_shared({fragment.header}, fragment.payload)};
    for (Viewer* const viewer : viewers) viewer->fragment(shared, *init);
  }
}

// With other tracks a player's decoder starts anew, and would wait for the next key frame.
void Channel::begin_all() {
  std::vector<Viewer*> all;
  for (auto& [id, viewer] : viewers_) {
    viewer.wait();
    all.push_back(&viewer);
  }
  begin(all);
}

void Channel::online(const std::string& endpoint) {
  if (endpoint == endpoint_) return;
  if (endpoint_.empty() && muxed_before_) log::info("{} is back", stream_);
  endpoint_ = endpoint;
  if (std::exchange(muxed_before_, true)) muxer_.restart();
  auto opened = media::Subscriber::open(
      loop_, endpoint,
      {.unit = [this](const media::UnitView& u, bool skipped) { unit(u, skipped); }, .end = {}});
  if (!opened) return log::error("{}: {}", stream_, opened.error().text);
  subscriber_ = std::move(*opened);
}

void Channel::offline() {
  if (endpoint_.empty()) return;
  endpoint_.clear();
  subscriber_.reset();
  for (auto& [id, viewer] : viewers_) viewer.offline();
}

void Channel::unit(const media::UnitView& unit, bool skipped) {
  if (skipped) muxer_.lost();
  for (const fmp4::Event& event : muxer_.feed(unit.tag(), unit.owner, loop_.now())) {
    std::visit([this](const auto& e) { on(e); }, event);
  }
  if (std::exchange(anew_, false)) begin_all();
}

// It reaches each viewer with the first fragment that needs it.
void Channel::on(const fmp4::InitSegment& init) {
  anew_ = anew_ || !init.same_tracks;
  log::debug("{}: {}", stream_, init.mime);
}

void Channel::on(const fmp4::Fragment& fragment) {
  const fmp4::InitSegment& init = *muxer_.init();
  time_ = seconds(fragment.sample, init);
  if (anew_) return;  // it is in the burst, or sound that nobody misses
  const SharedFragment shared{fragment, shared_frame(fragment)};
  for (auto& [id, viewer] : viewers_) viewer.fragment(shared, init);
}

void Channel::on(const fmp4::Discontinuity& jump) {
  log::info("{}: the publisher's clock was set anew at {} ms", stream_, jump.media_ms);
}

void Channel::on(const fmp4::Notice& notice) {
  log::warn("{}: {}", stream_, notice.text);
  tell_all(notice_message(notice.text));
}

net::Frame Channel::shared_frame(const fmp4::Fragment& fragment) {
  const Bytes events = std::exchange(event_messages_, {});
  return net::Frame::binary_shared({events, fragment.header}, fragment.payload);
}

void Channel::metadata(std::optional<double> timestamp, std::string_view data) {
  constexpr std::size_t kWaiting = std::size_t{256}
                                   << 10U;  // of a stream that has stopped: the latest are lost
  const auto ms = static_cast<std::uint64_t>(std::llround(time_ * 1000));
  if (event_messages_.size() < kWaiting && !endpoint_.empty()) {
    const Bytes box = fmp4::event_message(
        {.id = ++event_id_, .time = ms, .timescale = 1000, .value = "meta", .text = data});
    event_messages_.insert(event_messages_.end(), box.begin(), box.end());
  }
  const std::string rich = metadata_message(time_, timestamp, data);
  const std::string plain = plain_metadata(timestamp, data);
  for (auto& [id, viewer] : viewers_) viewer.metadata(rich, plain);
}

void Channel::tell_all(std::string_view json) {
  for (auto& [id, viewer] : viewers_) viewer.tell(json);
}

}  // namespace so::fmp4serve
