// What a text means does not change when it is normalised: doing it again changes nothing.
#include <cstdlib>

#include "base/bytes.h"
#include "json/read.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto once = so::json::normalise(so::as_text({data, size}));
  if (!once) return 0;
  const auto twice = so::json::normalise(*once);
  if (!twice || *twice != *once) std::abort();
  return 0;
}
