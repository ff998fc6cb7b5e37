#include "bus/call_bodies.h"

#include "json/read.h"
#include "json/write.h"

namespace so::bus {

std::string call_body(const CallOptions& options) {
  json::Writer body;
  body.object().key("args").raw(options.args);
  if (options.timeout) body.key("timeout").integer(options.timeout->count());
  if (!options.to.empty()) body.key("to").string(options.to);
  return body.end().take();
}

std::string result_body(std::string_view call, const CallResult& result) {
  json::Writer body;
  body.object().key("call").string(call);
  if (result.code.empty()) {
    body.key("result").raw(result.value.empty() ? "null" : result.value);
    return body.end().take();
  }
  body.key("error").object().key("code").string(result.code);
  body.key("message").string(result.message);
  if (!result.value.empty()) body.key("data").raw(result.value);
  return body.end().end().take();
}

std::string call_id(std::string_view event) {
  json::Parser parser;
  const auto body = parser.parse(event);
  return std::string{body ? json::text(*body, "call").value_or("") : ""};
}

}  // namespace so::bus
