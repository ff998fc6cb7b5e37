#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace so::policy {

/// A pattern for one name: `*` stands for any run of characters, also for none, everything else for
/// itself. Matching takes time in proportion to pattern and text together, whatever they hold, and
/// no memory.
class Glob {
 public:
  explicit Glob(std::string pattern) : pattern_(std::move(pattern)) {}

  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] bool matches_all() const { return pattern_ == "*"; }
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  std::string pattern_;
};

}  // namespace so::policy
