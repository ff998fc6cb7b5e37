// A file is refused with a place, or every word of its acceptors is an address.
#include <cstdlib>

#include "base/bytes.h"
#include "cli/listen.h"
#include "cli/yaml_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = so::cli::parse_config(so::as_text({data, size}), "f");
  if (!config) {
    if (!config.error().text.starts_with("f")) std::abort();
    return 0;
  }
  for (const auto& [path, entry] : config->entries) {
    if (!path.starts_with("acceptors.")) continue;
    for (const auto& word : entry.words) {
      if (!so::cli::parse_listen(word)) std::abort();
    }
  }
  return 0;
}
