#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/action.h"

namespace so::hub {

/// One thing that a request would do.
struct Deed {
  policy::Action action{};
  std::string scope;
  std::optional<std::string> object{};  // nullopt: it is about none
  std::string stream{};                 // the whole path; empty: it is about none
};

/// What a request would do if it were applied now, for those who decide beside the policy.
struct Intent {
  std::vector<Deed> deeds;  // in the order in which they are to be decided; of scopes the innermost
                            // first. Empty: nobody needs to be asked
  std::string member;       // who asks, as everybody knows it
  std::string claims;       // compact JSON
  std::string info;         // of a join, compact JSON
  std::string changes;      // of a change, compact JSON
};

}  // namespace so::hub
