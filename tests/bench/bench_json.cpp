// What every change of a shared object costs in JSON: reading a client's text and writing it
// compact.
#include <array>
#include <string>

#include <fmt/format.h>

#include "bench.h"
#include "json/read.h"
#include "json/write.h"

using namespace so;

namespace {

const std::string kChange =
    R"({ "op": "set", "key": "message", "value": { "from": "user-1234", "text": "hello, \"world\"" },)"
    R"( "at": 1719849600.25, "tags": ["chat", "room1", "caf\u00e9"], "force": true, "seq": 12345 })";

void writing() {
  json::Parser parser;
  const auto value = parser.parse(kChange);
  if (!value) return;
  const std::array ways{bench::Way{"simdjson::minify",
                                   [&] {
                                     bench::keep(simdjson::minify(*value));
                                     return 1U;
                                   }},
                        bench::Way{"json::compact",
                                   [&] {
                                     bench::keep(json::compact(*value));
                                     return 1U;
                                   }},
                        bench::Way{"json::append_compact", [&, out = std::string{}]() mutable {
                                     out.clear();
                                     json::append_compact(out, *value);
                                     bench::keep(out);
                                     return 1U;
                                   }}};
  bench::compare(fmt::format("write a parsed change of {} bytes", kChange.size()), "texts", ways);
}

void normalising() {
  json::Parser parser;
  simdjson::dom::parser plain;
  const std::array ways{bench::Way{"simdjson parse alone",
                                   [&] {
                                     bench::keep(plain.parse(kChange).error());
                                     return 1U;
                                   }},
                        bench::Way{"json parse, compact", [&, out = std::string{}]() mutable {
                                     out.clear();
                                     if (const auto value = parser.parse(kChange))
                                       json::append_compact(out, *value);
                                     bench::keep(out);
                                     return 1U;
                                   }}};
  bench::compare("read a change and write it compact", "texts", ways);
}

}  // namespace

int main() {
  writing();
  normalising();
}
