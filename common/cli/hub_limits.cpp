#include "cli/hub_limits.h"

#include "cli/value.h"

namespace so::cli {

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
