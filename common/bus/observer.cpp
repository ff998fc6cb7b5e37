#include "bus/observer.h"

#include <utility>

#include <fmt/format.h>

namespace so::bus {

Observer::Observer(std::unique_ptr<Companion> companion) : companion_(std::move(companion)) {
  companion_->listen({});
}

bool Observer::wants(const hub::Observation& seen) const {
  if (!hook_.observe.has(seen.topic) || !hook_.scope.matches(seen.scope)) return false;
  const bool of_object =
      seen.topic == policy::Topic::kObject || seen.topic == policy::Topic::kChange;
  return !hook_.object || (of_object && hook_.object->matches(seen.object));
}

void Observer::see(const hub::Observation& seen) {
  if (!wants(seen) || tell(seen.body)) return;
  ++missed_;
  ++all_missed_;
}

bool Observer::tell(std::string_view event) {
  if (missed_ > 0) {
    if (!companion_->keeps_up()) return false;
    if (!companion_->send(fmt::format(R"({{"event":"gap","missed":{}}})", missed_))) return false;
    missed_ = 0;
  }
  return companion_->send(event);
}

}  // namespace so::bus
