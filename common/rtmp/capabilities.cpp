#include "rtmp/capabilities.h"

#include <string_view>

namespace so::rtmp {
namespace {

constexpr unsigned kAll = kReconnect | kMultitrack | kModEx | kTimestampNano;
constexpr double kCanForward = 4;  // of a FourCcInfoMap: 1 decodes, 2 encodes

bool has(const amf::Value& object, std::string_view key) {
  const amf::Value* value = object.find(key);
  return value != nullptr && !value->is_nothing();
}

amf::Value forwards_all() {
  return amf::Value::object({{"*", amf::Value::number(kCanForward)}});
}

}  // namespace

unsigned capabilities(const amf::Value& connect_object) {
  const amf::Value* value = connect_object.find("capsEx");
  const double bits = value != nullptr ? value->as_number().value_or(0) : 0;
  return bits >= 0 && bits < 256 ? static_cast<unsigned>(bits) & kAll : 0;
}

amf::Members enhanced_answer(const amf::Value& connect_object) {
  amf::Members answer;
  // The client's list again: of what it names, nothing is kept back.
  if (has(connect_object, "fourCcList")) {
    answer.push_back({"fourCcList", *connect_object.find("fourCcList")});
  }
  for (const auto* map : {"videoFourCcInfoMap", "audioFourCcInfoMap"}) {
    if (has(connect_object, map)) answer.push_back({map, forwards_all()});
  }
  if (has(connect_object, "capsEx")) {
    answer.push_back({"capsEx", amf::Value::number(capabilities(connect_object))});
  }
  return answer;
}

}  // namespace so::rtmp
