#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "amf/amf3.h"
#include "amf/source.h"
#include "amf/value.h"
#include "base/cursor.h"
#include "base/result.h"
#include "base/writer.h"

namespace so::amf {

/// Reads the AMF0 values of one message body (Adobe, AMF 0, 2007). References are counted over the
/// whole body and kept as they are, so one Decoder reads one body; the caller may read fields of
/// its own from the cursor between two values. After an error the body is lost, since lengths
/// cannot be trusted any more: every later call gives the same error.
///
/// Accepted though it is not canonical: a boolean byte other than 0 and 1, and a body that ends
/// between two members of an object or ECMA array where the end marker is missing (old cameras).
/// The reserved markers 0x04 and 0x0E are errors.
class Decoder {
 public:
  explicit Decoder(Cursor& in, Limits limits = {}) : source_(in, limits) {}
  Result<Value> next();  // one value; the error names what and at which offset
  Result<Values> all();  // until the end of the cursor

 private:
  enum class End : bool { kRequired, kMayBeMissing };

  Value value(std::size_t depth);
  Value after_marker(std::uint8_t marker, std::size_t at, std::size_t depth);
  Value amf3_value(std::size_t depth);
  Value typed_object(std::size_t depth);
  Value ecma_array(std::size_t depth);
  Value strict_array(std::size_t at, std::size_t depth);
  Value reference(std::size_t at);
  Value long_string();
  Value date();
  Members members(std::size_t depth, End end);
  std::string short_text();
  std::string long_text();

  Source source_;
  Tables3 tables_;
  std::size_t complex_ = 0;  // values started that a reference may point at
};

/// Writes canonical AMF0: what a Decoder gave comes back byte for byte, but for the liberties
/// listed there and for the inside of 0x11 (see amf3.h). What only AMF3 can say goes behind 0x11.
/// Keys and class names have at most 65535 bytes, since AMF0 cannot say more: a longer one is the
/// caller's bug (neither Decoder nor from_json give one).
void encode(const Value& value, Writer& out);
Bytes encode(const Values& values);
Result<Values> decode(ByteView body, Limits limits = {});

}  // namespace so::amf
