#include "hub/refusal.h"

#include "json/write.h"

namespace so::hub {

std::string_view to_text(Why why) {
  switch (why) {
    case Why::kBadRequest:
      return "bad_request";
    case Why::kBadPath:
      return "bad_path";
    case Why::kUnknownTool:
      return "unknown_tool";
    case Why::kVersion:
      return "version";
    case Why::kNoApplication:
      return "no_application";
    case Why::kNotJoined:
      return "not_joined";
    case Why::kNotFound:
      return "not_found";
    case Why::kInUse:
      return "in_use";
    case Why::kPersistence:
      return "persistence";
    case Why::kLimit:
      return "limit";
    case Why::kStorage:
      return "storage";
  }
  return {};
}

std::string error_body(const Refusal& refusal) {
  json::Writer body;
  body.object().key("error").object();
  body.key("code").string(to_text(refusal.why)).key("message").string(refusal.text);
  return body.end().end().take();
}

}  // namespace so::hub
