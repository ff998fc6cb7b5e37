#include "hub/refusal.h"

#include "json/members.h"
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
    case Why::kDenied:
      return "denied";
    case Why::kStorage:
      return "storage";
    case Why::kNoMethod:
      return "no_method";
    case Why::kTimeout:
      return "timeout";
    case Why::kGone:
      return "gone";
    case Why::kFailed:
      return "failed";
  }
  return {};
}

std::string error_body(const Refusal& refusal) {
  json::Writer body;
  body.object().key("code").string(to_text(refusal.why)).key("message").string(refusal.text);
  const std::string error =
      json::with_members(body.end().take(), json::members_of(refusal.details));
  return body.object().key("error").raw(error).end().take();
}

}  // namespace so::hub
