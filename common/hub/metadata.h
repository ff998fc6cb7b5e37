#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace so::hub {

/// The latest metadata event of each stream, in the order of their paths. Over the bound, the
/// stream that has been silent longest is forgotten.
class Metadata {
 public:
  explicit Metadata(std::size_t most) : most_(most) {}

  void put(std::string_view stream, std::string event);

  /// Calls take(event) for that stream, or for every one with "/", until it answers false.
  template <class Take>
  void each(std::string_view stream, Take take) const {
    const bool every = stream == "/";
    for (auto at = every ? all_.begin() : all_.find(stream); at != all_.end(); ++at) {
      if (!take(at->second.event) || !every) return;
    }
  }

 private:
  struct Latest {
    std::string event;
    std::uint64_t turn = 0;  // rises with every put
  };
  using All = std::map<std::string, Latest, std::less<>>;

  std::size_t most_;
  std::uint64_t turns_ = 0;
  All all_;
  std::map<std::uint64_t, All::iterator> by_turn_;
};

}  // namespace so::hub
