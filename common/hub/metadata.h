#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace so::hub {

/// The latest metadata of each stream, in the order of their paths; that of "/" is what was said to
/// all at once. Over the bound, the stream that has been silent longest is forgotten.
class Metadata {
 public:
  struct Value {
    std::shared_ptr<const std::string> data;  // compact JSON; what was said to all is shared
    std::optional<std::uint64_t> timestamp;
  };

  explicit Metadata(std::size_t most) : most_(most) {}

  void put(std::string_view stream, Value value);

  /// Calls take(stream, value) for that stream, or for every one with "/", until it answers false.
  template <class Take>
  void each(std::string_view stream, Take take) const {
    const bool every = stream == "/";
    for (auto at = every ? all_.begin() : all_.find(stream); at != all_.end(); ++at) {
      if (!take(at->first, at->second.value) || !every) return;
    }
  }

 private:
  struct Latest {
    Value value;
    std::uint64_t turn = 0;  // rises with every put
  };
  using All = std::map<std::string, Latest, std::less<>>;

  std::size_t most_;
  std::uint64_t turns_ = 0;
  All all_;
  std::map<std::uint64_t, All::iterator> by_turn_;
};

}  // namespace so::hub
