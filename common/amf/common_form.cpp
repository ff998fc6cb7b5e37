#include "amf/common_form.h"

#include <utility>
#include <variant>

namespace so::amf {
namespace {

Members common_members(Members members) {
  for (Member& member : members) member.value = common_form(std::move(member.value));
  return members;
}

Values common_values(Values values) {
  for (Value& value : values) value = common_form(std::move(value));
  return values;
}

}  // namespace

Value common_form(Value value) {
  if (auto* v = std::get_if<Amf3>(&value.is); v != nullptr && !v->value.empty())
    return common_form(std::move(v->value.front()));
  if (const auto* v = std::get_if<Integer>(&value.is)) return Value::number(v->value);
  if (auto* v = std::get_if<LongString>(&value.is)) return Value::string(v->text);
  if (auto* v = std::get_if<Object>(&value.is))
    return Value::object(common_members(std::move(v->members)));
  if (auto* v = std::get_if<StrictArray>(&value.is))
    return Value::array(common_values(std::move(v->items)));
  if (auto* v = std::get_if<Array3>(&value.is); v != nullptr && v->associative.empty()) {
    return Value::array(common_values(std::move(v->dense)));
  }
  if (auto* v = std::get_if<Object3>(&value.is); v != nullptr && v->class_name.empty()) {
    return Value::object(common_members(std::move(v->members)));
  }
  return value;
}

}  // namespace so::amf
