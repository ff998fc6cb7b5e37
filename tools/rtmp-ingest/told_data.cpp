#include "told_data.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "amf/amf0.h"
#include "amf/common_form.h"
#include "amf/json.h"
#include "base/cursor.h"

namespace so::ingest {
namespace {

constexpr std::string_view kPushed = "onJsonMeta";

bool is_for_the_hub(std::string_view name) {
  constexpr auto kOthers = std::to_array<std::string_view>(
      {"@setDataFrame", "@clearDataFrame", "|RtmpSampleAccess", "onStatus", "onPlayStatus"});
  return !name.empty() && std::ranges::find(kOthers, name) == kOthers.end();
}

// Encoders write the object of a message as an object or as an array with names, as they like.
amf::Value plain(amf::Value value) {
  value = amf::common_form(std::move(value));
  auto* array = std::get_if<amf::EcmaArray>(&value.is);
  if (array == nullptr) return value;
  amf::Members members = std::move(array->members);
  return amf::Value::object(std::move(members));
}

// Nothing for what cannot be read: it is relayed as it is.
std::string to_json(ByteView body) {
  Cursor in{body};
  amf::Decoder decoder{in, {}};
  auto values = decoder.all();
  if (!values || values->empty()) return {};
  const auto name = values->front().as_string();
  if (!name || !is_for_the_hub(*name)) return {};
  amf::Values rest;
  for (std::size_t i = 1; i < values->size(); ++i) rest.push_back(plain(std::move((*values)[i])));
  amf::Value said = amf::Value::null();
  if (rest.size() == 1) said = std::move(rest.front());
  if (rest.size() > 1) said = amf::Value::array(std::move(rest));
  if (*name == kPushed) return amf::to_json(said);
  return amf::to_json(amf::Value::object({{std::string{*name}, std::move(said)}}));
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
