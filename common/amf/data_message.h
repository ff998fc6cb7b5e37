#pragma once

#include <optional>
#include <string>

#include "amf/value.h"
#include "base/bytes.h"

namespace so::amf {

/// A data message of a stream (RTMP 1.0, 7.1.2; script data of FLV) as players are told it: a name
/// and values, of which most have one. Encoders write the object of a message as an object or as
/// an array with names, as they like; here both are objects, and what is of AMF3 is as AMF0 has it.
struct DataMessage {
  std::string name;
  Values values{};
  bool whole = true;  // false: what follows these values cannot be read
};

/// nullopt: the body does not begin with a name.
std::optional<DataMessage> read_data_message(ByteView body);

/// The values as one: null without any, that of a single one, else an array.
Value said(DataMessage message);

/// The name and said() as JSON, {"onTextData":["a",1]}.
std::string to_json(DataMessage message);

}  // namespace so::amf
