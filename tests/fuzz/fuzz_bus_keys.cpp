#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "bus/keys.h"

using namespace so;

// The keys of a list, written again one a line, are the same list.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto keys = bus::parse_known_keys(as_text({data, size}), "file");
  if (!keys) return 0;
  std::string text;
  for (const bus::KnownKey& each : *keys) text += each.key + " " + each.name + "\n";
  const auto again = bus::parse_known_keys(text, "file");
  if (!again || again->size() != keys->size()) std::abort();
  for (std::size_t i = 0; i < keys->size(); ++i) {
    if (again->at(i).key != keys->at(i).key || again->at(i).name != keys->at(i).name) std::abort();
  }
  return 0;
}
