#include <cstdlib>

#include "base/bytes.h"
#include "net/url.h"

using namespace so;

// What was parsed and written again parses to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  if (const auto address = net::parse_address(text)) {
    const auto again = net::parse_address(to_string(*address));
    if (!again || *again != *address) std::abort();
  }
  if (const auto url = net::parse_url(text)) {
    const auto again = net::parse_url(url->scheme + "://" + to_string(url->address) + url->target);
    if (!again || *again != *url) std::abort();
  }
  if (net::percent_decode(text, true).size() > text.size()) std::abort();
  for (const auto& [name, value] : net::parse_query(text)) {
    if (name.size() + value.size() > text.size()) std::abort();
  }
  return 0;
}
