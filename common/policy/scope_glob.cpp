#include "policy/scope_glob.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace so::policy {
namespace {

bool is_deep(const Glob& segment) {
  return segment.pattern() == "**";
}

// Takes the first segment off "/chat/room1", which leaves "/room1". nullopt: none is left.
std::optional<std::string_view> take_segment(std::string_view& path) {
  if (path.size() < 2) return std::nullopt;
  const auto end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

}  // namespace

ScopeGlob::ScopeGlob() : pattern_("/**"), segments_{Glob{"**"}} {}

Result<ScopeGlob> ScopeGlob::parse(std::string_view pattern) {
  ScopeGlob glob;
  glob.pattern_ = pattern;
  glob.segments_.clear();
  if (!pattern.starts_with('/')) {
    return fail(Code::kUsage, fmt::format("\"{}\" does not begin with /", pattern));
  }
  if (pattern == "/") return glob;
  if (pattern.ends_with('/') || pattern.find("//") != std::string_view::npos) {
    return fail(Code::kUsage, fmt::format("\"{}\" has an empty segment", pattern));
  }
  for (std::string_view rest = pattern; const auto segment = take_segment(rest);) {
    if (*segment != "**" && segment->find("**") != std::string_view::npos) {
      return fail(Code::kUsage, fmt::format("\"{}\": ** is a segment of its own", pattern));
    }
    glob.segments_.emplace_back(std::string{*segment});
  }
  if (glob.segments_.size() > kMaxSegments) {
    return fail(Code::kUsage, fmt::format("a pattern of {} segments is over the limit of {}",
                                          glob.segments_.size(), kMaxSegments));
  }
  return glob;
}

// On a mismatch the last `**` takes one segment more; those before it never need to.
bool ScopeGlob::matches(std::string_view path) const {
  auto at = segments_.begin();
  auto deep = segments_.end();
  std::string_view rest = path;
  std::string_view retry;
  for (;;) {
    if (at != segments_.end() && is_deep(*at)) {
      deep = at++;
      retry = rest;
      continue;
    }
    const auto segment = take_segment(rest);
    if (!segment && at == segments_.end()) return true;
    if (segment && at != segments_.end() && at->matches(*segment)) {
      ++at;
      continue;
    }
    if (deep == segments_.end() || !take_segment(retry)) return false;
    rest = retry;
    at = deep + 1;
  }
}

}  // namespace so::policy
