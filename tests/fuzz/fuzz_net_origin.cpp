#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "net/origin.h"
#include "net/url.h"

using namespace so;

namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

// Nothing is the same origin but the same scheme, host and port; and a name is no loopback address.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string origin = lower(std::string{text.substr(0, line)});
  const std::string host = lower(std::string{text.substr(std::min(line + 1, text.size()))});
  if (origin.empty() || !net::origin_allowed(origin, host, {})) return 0;
  const std::string ours = "http://" + host;
  if (origin != ours && origin != ours + ":80" && origin + ":80" != ours) std::abort();
  const auto url = net::parse_url(origin);
  const bool local = net::origin_allowed(origin, host, {.allowed = {}, .loopback_only = true});
  if (!url || local != net::is_loopback(url->address)) std::abort();
  return 0;
}
