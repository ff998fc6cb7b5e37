#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hub/options.h"
#include "hub/refusal.h"
#include "json/read.h"
#include "policy/action.h"

namespace so::hub {

enum class Op : std::uint8_t { kSet, kDelete, kClear, kSend };

struct Change {
  Op op{};
  std::string_view name;  // the key, or the handler of a send; borrowed from the parser
  std::string value;      // compact JSON: the value, or the arguments of a send
};

/// The body of a change request: one batch, in order, all or nothing.
struct Batch {
  std::vector<Change> changes;
  bool force = false;
  std::optional<std::uint64_t> expect;
  std::string_view producer;  // empty: none; else borrowed from the parser
  std::uint64_t seq = 0;
  std::string_view once;  // a key under which it is applied once; empty: none; else borrowed

  /// So that it is not applied again.
  [[nodiscard]] bool is_remembered() const { return !producer.empty() || !once.empty(); }

  /// A set of null has become a delete; every value is within the bounds of `options`.
  static Outcome<Batch> read(json::Element body, const Options& options);
};

/// What a rule calls it.
policy::Action action_of(const Change& change);
/// Appends the change as it is written in events: {"op":"set","key":"k","value":1}
void append_change(std::string& out, const Change& change);
/// No fewer bytes than append_change() will append.
std::size_t most_bytes(const Change& change);

}  // namespace so::hub
