#include <utility>

#include "amf/references.h"
#include "base/cursor.h"
#include "rtmp/message.h"

namespace so::rtmp {

amf::Value unwrap(amf::Value value) {
  auto* wrapper = std::get_if<amf::Amf3>(&value.is);
  if (wrapper == nullptr || wrapper->value.empty()) return value;
  amf::Value inner = std::move(wrapper->value.front());
  return inner;
}

Result<Command> Command::decode(const RawMessage& message, amf::Limits limits) {
  Cursor in{amf0_values(message)};
  amf::Decoder decoder{in, limits};
  auto values = decoder.all();
  if (!values) return fail(values.error().code, "command: " + values.error().text);
  amf::expand_references(*values, limits);

  Command command;
  const auto name = values->empty() ? std::nullopt : values->front().as_string();
  if (!name) return fail(Code::kPeer, "command: its name is not a string");
  command.name = *name;
  if (values->size() > 1) command.transaction = (*values)[1].as_number().value_or(0);
  if (values->size() > 2) command.object = unwrap(std::move((*values)[2]));
  for (std::size_t i = 3; i < values->size(); ++i) {
    command.arguments.push_back(unwrap(std::move((*values)[i])));
  }
  return command;
}

Bytes Command::encode(Encoding encoding) const {
  Bytes body;
  Writer out{body};
  if (encoding == Encoding::kAmf3) out.u8(0);
  amf::encode(amf::Value::string(name), out);
  amf::encode(amf::Value::number(transaction), out);
  amf::encode(object, out);
  for (const amf::Value& value : arguments) amf::encode(value, out);
  return body;
}

const amf::Value& Command::argument(std::size_t index) const {
  static const amf::Value missing;
  return index < arguments.size() ? arguments[index] : missing;
}

}  // namespace so::rtmp
