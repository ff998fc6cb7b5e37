// What those who watch the hub are told, beside the lives of scopes and objects.
#include "hub/state.h"
#include "json/write.h"

namespace so::hub {

using policy::Topic;

void Hub::State::see(Topic topic, std::string_view scope, std::string_view body) {
  if (seen_.wants(topic)) seen_.add({topic, std::string{scope}, {}, std::string{body}});
}

void Hub::State::see_use(std::string_view event, const SharedObject& object, const Member& member) {
  if (!seen_.wants(Topic::kObject)) return;
  const std::string& scope = object.home().path;
  json::Writer body;
  body.object().key("event").string(event).key("scope").string(scope);
  body.key("object").string(object.name()).key("member").string(member.text);
  seen_.add({Topic::kObject, scope, object.name(), body.end().take()});
}

void Hub::State::see_change(const SharedObject& object, std::string_view body) {
  if (!seen_.wants(Topic::kChange)) return;
  seen_.add({Topic::kChange, object.home().path, object.name(), std::string{body}, object.id()});
}

}  // namespace so::hub
