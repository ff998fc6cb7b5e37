#include "cli/hub_limits.h"

#include <fmt/format.h>

#include "wire/path.h"

namespace so::cli {
namespace {

using Words = std::vector<std::string>;

Status check_application(const std::string& name) {
  const bool one = !name.empty() && name.find('/') == std::string::npos;
  if (one && wire::check_path("/" + name)) return {};
  return fail(Code::kUsage, fmt::format("\"{}\" cannot be the name of an application", name));
}

}  // namespace

Value applications(std::optional<Words>& field) {
  return {"NAME", true,
          [&field](const Words& names) -> Status {
            bool any = names.empty();
            for (const std::string& name : names) {
              any = any || name == "*";
              if (auto good = check_application(name); !good) return good;
            }
            field = any ? std::nullopt : std::optional{names};
            return {};
          },
          [&field] { return field.value_or(Words{}); }};
}

void add_hub_limits(Command& command, hub::Options& hub) {
  command.limit("linger", duration(hub.linger), "an unused shared object is kept so long");
  command.limit("keep", duration(hub.keep), "an empty room is kept so long");
  command.limit("max-scopes", count(hub.scopes), "applications and rooms");
  command.limit("max-objects", count(hub.objects), "shared objects");
  command.limit("max-data", size(hub.data_bytes), "what all shared objects hold together");
  command.limit("max-log", count(hub.log_batches), "batches of an object for who was away");
  command.limit("max-streams", count(hub.streams), "published at once");
  command.limit("max-metadata", count(hub.metadata_values), "values kept of a stream, the newest");
  command.limit("max-metadata-size", size(hub.metadata_bytes), "what these hold; one always is");
}

}  // namespace so::cli
