#include "policy/action.h"

#include <algorithm>

namespace so::policy {

std::optional<Action> action_named(std::string_view name) {
  const auto* const at = std::find(kActionNames.begin(), kActionNames.end(), name);
  if (at == kActionNames.end()) return std::nullopt;
  return static_cast<Action>(at - kActionNames.begin());
}

}  // namespace so::policy
