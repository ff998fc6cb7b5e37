#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace so::store {

/// What a person chooses of a store.
struct Options {
  std::string path;                    // of the SQLite file; empty: no store
  std::string durability = "process";  // or "power", see Durability
};

/// nullptr: none is wanted.
Result<std::unique_ptr<Store>> open(const Options& options);

}  // namespace so::store
