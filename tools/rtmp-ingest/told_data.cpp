#include "told_data.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "amf/data_message.h"
#include "amf/json.h"

namespace so::ingest {
namespace {

constexpr std::string_view kPushed = "onJsonMeta";

bool is_for_the_hub(std::string_view name) {
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"@setDataFrame", "@clearDataFrame", "|RtmpSampleAccess", "onStatus", "onPlayStatus"});
  return !name.empty() && std::ranges::find(kOthers, name) == kOthers.end();
}

// Nothing for what cannot be read: it is relayed as it is.
std::string to_json(ByteView body) {
  auto message = amf::read_data_message(body);
  if (!message || !message->whole || !is_for_the_hub(message->name)) return {};
  if (message->name == kPushed) return amf::to_json(amf::said(*std::move(message)));
  return amf::to_json(*std::move(message));
}

}  // namespace

ToldData::Told ToldData::of(const media::UnitView& unit, net::ConnId from, TimePoint now) {
  if (unit.type != flv::TagType::kScript) return {};
  Spent& spent = spent_[from];
  if (now - spent.since >= Seconds{1}) spent = {now, 0};
  if (spent.messages >= kPerSecond) return {{}, true};
  std::string json = to_json(unit.body);
  if (!json.empty()) ++spent.messages;
  return {std::move(json), false};
}

void tell_hub(bus::Client& hub, std::uint64_t member, const std::string& stream,
              const media::Unit& unit, const ToldData::Told& told) {
  if (!told.json.empty())
    hub.meta(member, stream, told.json, {.timestamp = Millis{unit.timestamp}});
}

}  // namespace so::ingest
