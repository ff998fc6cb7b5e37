#pragma once

#include <cstddef>
#include <string_view>

#include "amf/source.h"
#include "amf/tables3.h"
#include "amf/value.h"
#include "base/writer.h"

namespace so::amf {

/// Reads the AMF3 value behind a 0x11 (Adobe, AMF 3, 2013), which has `depth` values around it.
/// Strings and traits given by reference are expanded, objects are not: they may be cycles. Of the
/// externalizable classes only Flex's collections can be read; another has a body without a
/// length, so the rest of the message is lost. An error is left in the source.
Value decode3(Source& source, Tables3& tables, std::size_t depth);

/// flex.messaging.io.ArrayCollection, ObjectProxy or ArrayList: their body is one AMF3 value.
bool is_flex_collection(std::string_view class_name);

/// Writes one AMF3 value. It refers to nothing but by the Reference3 it is given: strings and
/// traits are written out each time, so no receiver's tables matter. What decode3 gave decodes to
/// an equal value again. AMF0's own types become their nearest relatives: an object an anonymous
/// dynamic one, an ECMA array an associative one, a long string a string, a number a double,
/// unsupported and AMF0 references undefined; a member named "" is left out, AMF3 cannot say it.
/// So a type 16 or 17 message is written by wrapping AMF0 values in Amf3.
void encode3(const Value& value, Writer& out);

}  // namespace so::amf
