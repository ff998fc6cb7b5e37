#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace so::hub {

/// A persistent object's number in the store, chosen by the hub, never used for another. 0: the
/// object is not persistent.
using StoreId = std::uint64_t;

/// One change of an attribute that had an effect.
struct Edit {
  enum class Kind : std::uint8_t { kSet, kDelete, kClear };
  Kind kind{};
  std::string key{};    // not of kClear
  std::string value{};  // kSet: compact JSON
  bool operator==(const Edit&) const = default;
};

/// What happened to a persistent object and must be in the store, all of it or nothing, before
/// anybody hears of it. Records of one object follow each other in the order of its versions.
struct Record {
  enum class Kind : std::uint8_t { kCreate, kChange, kDestroy };
  Kind kind{};
  StoreId id = 0;
  std::string scope{};  // kCreate
  std::string name{};   // kCreate
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;             // after the change
  std::vector<Edit> edits{};             // kChange
  std::string producer{};                // kChange; empty: none
  std::uint64_t sequence = 0;            // of the producer
  std::vector<std::string> forgotten{};  // kChange: producers of which the number is not needed
  bool operator==(const Record&) const = default;
};

/// An attribute as the store has it.
struct Attribute {
  std::string key;
  std::string value;  // compact JSON
  bool operator==(const Attribute&) const = default;
};

/// An object as the store has it.
struct StoredObject {
  StoreId id = 0;
  std::string scope;
  std::string name;
  std::uint64_t epoch = 0;
  std::uint64_t version = 0;
  std::vector<Attribute> attributes{};                             // in any order
  std::vector<std::pair<std::string, std::uint64_t>> producers{};  // with the last number of each
  bool operator==(const StoredObject&) const = default;
};

}  // namespace so::hub
