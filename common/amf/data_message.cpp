#include "amf/data_message.h"

#include <utility>

#include "amf/amf0.h"
#include "amf/common_form.h"
#include "amf/json.h"
#include "base/cursor.h"

namespace so::amf {
namespace {

Value plain(Value value) {
  value = common_form(std::move(value));
  auto* const array = std::get_if<EcmaArray>(&value.is);
  if (array == nullptr) return value;
  Members members = std::move(array->members);
  return Value::object(std::move(members));
}

}  // namespace

std::optional<DataMessage> read_data_message(ByteView body) {
  Cursor in{body};
  Decoder decoder{in};
  const auto first = decoder.next();
  const auto name = first ? first->as_string() : std::nullopt;
  if (!name) return std::nullopt;
  DataMessage message{.name = std::string{*name}};
  while (in.left() > 0) {
    auto value = decoder.next();
    if (!value) {
      message.whole = false;
      break;
    }
    message.values.push_back(plain(*std::move(value)));
  }
  return message;
}

Value said(DataMessage message) {
  if (message.values.empty()) return Value::null();
  if (message.values.size() == 1) return std::move(message.values.front());
  return Value::array(std::move(message.values));
}

std::string to_json(DataMessage message) {
  std::string name = std::move(message.name);
  return to_json(Value::object({{std::move(name), said(std::move(message))}}));
}

}  // namespace so::amf
