#pragma once

#include "amf/value.h"
#include "base/cursor.h"
#include "base/result.h"
#include "base/writer.h"

namespace so::amf {

/// Reads the AMF0 values of one message body. References are counted over the whole body, so one
/// Decoder reads one body. After an error the body is lost: lengths cannot be trusted any more.
class Decoder {
 public:
  explicit Decoder(Cursor& in, Limits limits = {}) : in_(in), limits_(limits) {}
  Result<Value> next();  // one value; the error names what and at which offset
  Result<Values> all();  // until the end of the cursor

 private:
  Cursor& in_;
  Limits limits_;
  std::size_t nodes_ = 0;
};

/// Writes canonical AMF0: what decode() gave comes back byte for byte. AMF3-only types are put
/// behind 0x11.
void encode(const Value& value, Writer& out);
Bytes encode(const Values& values);
Result<Values> decode(ByteView body, Limits limits = {});

}  // namespace so::amf
