#pragma once

#include <string>
#include <string_view>

#include "amf/value.h"
#include "json/read.h"

namespace so::amf {

/// AMF to JSON and back without loss, both ways. Null, booleans, strings, numbers, strict arrays
/// and anonymous objects are themselves; everything else is an object whose only keys start with
/// "$" (man/scopewire-bus.7 has the table). from_json refuses "$" keys it does not know: it never
/// guesses.
void append_json(std::string& out, const Value& value);
std::string to_json(const Value& value);
Result<Value> from_json(json::Element element);
Result<Value> from_json(std::string_view text);

}  // namespace so::amf
