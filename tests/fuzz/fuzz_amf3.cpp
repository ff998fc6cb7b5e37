// AMF3 values one after the other, with the tables of one body: what is read is written and read
// again as the same.
#include <cstdlib>

#include "amf/amf3.h"

namespace {

using namespace so;

Result<amf::Values> decode_all(ByteView bytes) {
  Cursor in{bytes};
  amf::Source source{in, {}};
  amf::Tables3 tables;
  amf::Values values;
  while (source.ok() && in.left() > 0) values.push_back(decode3(source, tables, 0));
  if (source.error()) return fail(*source.error());
  return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto values = decode_all({data, size});
  if (!values) return 0;
  Bytes bytes;
  Writer out{bytes};
  for (const amf::Value& value : *values) encode3(value, out);
  const auto again = decode_all(bytes);
  if (!again || *again != *values) std::abort();
  return 0;
}
