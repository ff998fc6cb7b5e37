#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "hub/records.h"

namespace so::store {

/// Where persistent objects outlive the hub. One hub at a time has it.
///
/// An engine is good if it passes tests/store/conformance_test.cpp.
class Store {
 public:
  Store() = default;
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// All objects, in the order of their ids; the attributes of each in the order of their keys'
  /// bytes.
  virtual Result<std::vector<hub::StoredObject>> load() = 0;
  /// One of them; nullopt: there is none.
  virtual Result<std::optional<hub::StoredObject>> load(hub::StoreId id) = 0;

  /// Performs the records in order, all or none: an error has changed nothing, and commit() may be
  /// tried again. What it has taken survives the end of this process at any moment. A created
  /// object takes the place of an older one of the same scope and name; a record of an object that
  /// is not there is an error.
  virtual Status commit(std::span<const hub::Record> records) = 0;
};

}  // namespace so::store
