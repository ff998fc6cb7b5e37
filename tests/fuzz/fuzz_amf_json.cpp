// A text that means a value means the same one after it has been written again, and both forms of
// AMF can write it.
#include <cstdlib>

#include "amf/amf0.h"
#include "amf/amf3.h"
#include "amf/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = so::amf::from_json(so::as_text({data, size}));
  if (!value) return 0;
  const auto again = so::amf::from_json(so::amf::to_json(*value));
  if (!again || *again != *value) std::abort();
  so::Bytes bytes;
  so::Writer out{bytes};
  so::amf::encode(*value, out);
  so::amf::encode3(*value, out);
  return 0;
}
