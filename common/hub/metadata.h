#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace so::hub {

/// The newest metadata of each stream, in the order of their paths; that of "/" is what was said to
/// all at once.
///
/// Bounds: of a stream `values` and `bytes` of data, but the latest is always kept; over them its
/// oldest go. Over `streams`, the one that has been silent longest is forgotten. What went is
/// counted.
class Metadata {
 public:
  struct Limits {
    std::size_t streams = 0;
    std::size_t values = 0;  // of a stream
    std::size_t bytes = 0;   // of a stream; what was said to all counts in each
  };
  struct Value {
    std::shared_ptr<const std::string> data;  // compact JSON; what was said to all is shared
    std::optional<std::uint64_t> timestamp;
  };
  using Values = std::deque<Value>;  // the latest is the last; never empty

  explicit Metadata(const Limits& limits) : limits_(limits) {}

  void put(std::string_view stream, Value value);

  /// Calls take(stream, values) for that stream, or for every one with "/", until it answers false.
  template <class Take>
  void each(std::string_view stream, Take take) const {
    const bool every = stream == "/";
    for (auto at = every ? all_.begin() : all_.find(stream); at != all_.end(); ++at) {
      if (!take(at->first, at->second.values) || !every) return;
    }
  }

  [[nodiscard]] std::size_t streams() const { return all_.size(); }
  [[nodiscard]] std::size_t values() const { return values_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }  // values, so far

 private:
  struct Kept {
    Values values;
    std::size_t bytes = 0;
    std::uint64_t turn = 0;  // rises with every put
  };
  using All = std::map<std::string, Kept, std::less<>>;

  void forget_oldest(Kept& kept);

  Limits limits_;
  std::uint64_t turns_ = 0;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
  All all_;
  std::map<std::uint64_t, All::iterator> by_turn_;
};

}  // namespace so::hub
