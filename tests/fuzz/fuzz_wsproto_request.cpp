// Any text is a request or a refusal; a request's body is JSON that the hub can read.
#include <cstdlib>

#include "base/bytes.h"
#include "json/read.h"
#include "wsproto/chat.h"
#include "wsproto/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = so::as_text({data, size});
  so::json::Parser parser;
  const auto parsed = so::wsproto::parse_request(parser, text);
  if (const auto* request = std::get_if<so::wsproto::Request>(&parsed)) {
    const std::string& body = request->body;
    if (!body.empty() && !so::json::normalise(body, {.bytes = std::size_t{1} << 21U, .depth = 40}))
      std::abort();
  }
  if (const auto change = so::wsproto::line_to_change(parser, text)) {
    if (!so::json::normalise(*change, {.bytes = std::size_t{1} << 21U, .depth = 40})) std::abort();
  }
  static_cast<void>(so::wsproto::lines_of_event(parser, text));
  return 0;
}
