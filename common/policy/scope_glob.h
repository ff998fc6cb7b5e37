#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/glob.h"

namespace so::policy {

/// A pattern for scopes: segments as in a path, each a Glob of its own, so that `*` stays within a
/// segment; a segment `**` stands for any number of segments, also for none. "/chat/**" is /chat
/// and all rooms below, "/chat/*" the rooms right below.
class ScopeGlob {
 public:
  /// "/**": every scope, the root too.
  ScopeGlob();

  /// Refuses what can match no scope: no "/" in front, an empty segment, more than kMaxSegments.
  static Result<ScopeGlob> parse(std::string_view pattern);

  /// No more than segments of the pattern times segments of the path; no memory.
  [[nodiscard]] bool matches(std::string_view path) const;
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

  static constexpr std::size_t kMaxSegments = 32;  // a path has 16; each may stand between two `**`

 private:
  std::string pattern_;
  std::vector<Glob> segments_;
};

}  // namespace so::policy
