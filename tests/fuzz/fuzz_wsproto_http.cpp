// "METHOD name=value&name=value\n" and a body are requests or a refusal; the bodies of the requests
// are JSON that the hub can read. What is JSON has no fault, and positions are what they were.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "json/fault.h"
#include "json/read.h"
#include "wsproto/http.h"
#include "wsproto/sse.h"

namespace {

using namespace so;

void check(const std::variant<wsproto::Request, wsproto::Refusal>& read) {
  const auto* const request = std::get_if<wsproto::Request>(&read);
  if (request == nullptr || request->body.empty()) return;
  if (!json::normalise(request->body, {.bytes = std::size_t{1} << 21U, .depth = 40})) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = as_text({data, size});
  std::string_view head = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), head.size() + 1));
  const std::string_view method = head.substr(0, head.find(' '));
  head.remove_prefix(std::min(head.size(), method.size() + 1));
  std::vector<std::pair<std::string, std::string>> query;
  while (!head.empty()) {
    const std::string_view pair = head.substr(0, head.find('&'));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    query.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    head.remove_prefix(std::min(head.size(), pair.size() + 1));
  }
  json::Parser parser;
  for (const bool as_text : {false, true}) {
    const auto read = wsproto::read_http(
        parser, {.method = method, .query = query, .text = as_text, .once = "k", .body = text});
    if (const auto* requests = std::get_if<wsproto::HttpRequests>(&read)) {
      if (requests->all.empty()) std::abort();
      for (const auto& each : requests->all) check(each);
    }
  }
  if (parser.parse(text) && json::fault(text)) std::abort();
  for (const std::size_t count : {1U, 2U}) {
    const auto positions = wsproto::read_positions(text, count);
    if (positions && positions->size() != count) std::abort();
    if (positions &&
        wsproto::read_positions(wsproto::positions_text(*positions), count) != positions)
      std::abort();
  }
  return 0;
}
