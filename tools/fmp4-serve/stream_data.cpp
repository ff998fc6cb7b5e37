#include "stream_data.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "amf/data_message.h"

namespace so::fmp4serve {
namespace {

constexpr std::size_t kMostDescription = std::size_t{64} << 10U;
constexpr std::size_t kMostWaiting = std::size_t{256} << 10U;

}  // namespace

fmp4::EventMessage Description::at(std::uint64_t ms) const {
  return {.id = id, .time = ms, .timescale = 1000, .value = kDescription, .text = json};
}

std::optional<Description> read_description(const flv::Tag& tag) {
  if (tag.type != flv::TagType::kScript || tag.body.size() > kMostDescription) return std::nullopt;
  auto message = amf::read_data_message(tag.body);
  if (!message || message->name != kDescription || message->values.empty()) return std::nullopt;
  message->values.resize(1);
  std::string json = amf::to_json(*std::move(message));
  if (json.size() > kMostDescription) return std::nullopt;
  return Description{.timestamp = tag.timestamp, .json = std::move(json)};
}

// {"onCuePoint":  names of data messages begin so.
std::string kind_of(std::string_view json) {
  constexpr std::string_view kBegin = "{\"on";
  const std::size_t end = json.find('"', kBegin.size());
  if (!json.starts_with(kBegin) || end == std::string_view::npos) return "meta";
  const std::string_view name = json.substr(2, end - 2);
  constexpr std::size_t kLongest = 64;
  const bool plain = name.size() > 2 && name.size() <= kLongest &&
                     name.find('\\') == std::string_view::npos && name[2] >= 'A' && name[2] <= 'Z';
  return std::string{plain ? name : "meta"};
}

std::uint64_t place(const fmp4::Muxer& muxer, std::optional<double> timestamp, std::uint64_t now) {
  constexpr std::int64_t kNear = 10'000;  // what is further away is of another clock
  if (!timestamp) return now;
  if (!(*timestamp >= 0 && *timestamp <= std::numeric_limits<std::uint32_t>::max())) return now;
  const auto there = muxer.media_time(static_cast<std::uint32_t>(*timestamp));
  if (!there || std::abs(*there - static_cast<std::int64_t>(now)) > kNear) return now;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(*there, 0));
}

void arm(net::Timer& timer, const fmp4::Muxer& muxer, const net::Loop& loop) {
  const auto due = muxer.deadline();
  if (!due) return timer.stop();
  timer.start(std::max(Millis{1}, std::chrono::ceil<Millis>(*due - loop.now())));
}

bool add_event(Bytes& waiting, const fmp4::EventMessage& message) {
  if (waiting.size() + message.text.size() > kMostWaiting) return false;
  const Bytes box = fmp4::event_message(message);
  waiting.insert(waiting.end(), box.begin(), box.end());
  return true;
}

}  // namespace so::fmp4serve
