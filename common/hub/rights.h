#pragma once

#include "policy/policy.h"

namespace so::hub {

/// What a policy says of one object, found once.
struct Rights {
  policy::Shortlist rules;
  policy::Bounds bounds;
};

}  // namespace so::hub
