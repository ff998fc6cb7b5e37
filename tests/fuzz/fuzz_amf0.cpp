// What is read is written and read again as the same, and the second writing changes no byte. It
// passes through JSON unchanged as well, unless the JSON is longer than from_json takes. Where its
// references can be expanded, none is left.
#include <algorithm>
#include <cstdlib>

#include "amf/amf0.h"
#include "amf/json.h"
#include "amf/references.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto values = so::amf::decode({data, size});
  if (!values) return 0;
  const so::Bytes bytes = so::amf::encode(*values);
  const auto again = so::amf::decode(bytes);
  if (!again || *again != *values || so::amf::encode(*again) != bytes) std::abort();
  for (const so::amf::Value& value : *values) {
    const std::string json = so::amf::to_json(value);
    if (json.size() > so::json::Limits{}.bytes) continue;
    const auto from_json = so::amf::from_json(json);
    if (!from_json || *from_json != value) std::abort();
  }
  so::amf::Values expanded = *values;
  const bool all = so::amf::expand_references(expanded);
  if (std::ranges::any_of(expanded, so::amf::has_reference) == all) std::abort();
  return 0;
}
