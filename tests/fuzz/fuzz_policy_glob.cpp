// A pattern and a name, in two lines: what a matcher says that tries everything, ours says too.
#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "policy/scope_glob.h"

namespace {

// Row by row: which beginnings of the text the pattern's beginning matches.
bool matches_slowly(std::string_view pattern, std::string_view text) {
  std::vector<bool> row(text.size() + 1, false);
  row[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(row.size(), false);
    if (c == '*') next[0] = row[0];
    for (std::size_t i = 0; i < text.size(); ++i) {
      next[i + 1] = c == '*' ? next[i] || row[i + 1] : row[i] && text[i] == c;
    }
    row = std::move(next);
  }
  return row.back();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;  // the slow one would take all the time
  const std::string_view all = so::as_text({data, size});
  const auto line = std::min(all.find('\n'), all.size());
  const std::string_view pattern = all.substr(0, line);
  const std::string_view text = all.substr(std::min(line + 1, all.size()));
  const so::policy::Glob glob{std::string{pattern}};
  if (glob.matches(text) != matches_slowly(pattern, text)) std::abort();

  const auto scope = so::policy::ScopeGlob::parse(pattern);
  if (!scope) return 0;
  // Where no segment is a star of its own, a path matches itself; and `/**` in front changes
  // nothing.
  if (pattern.find('*') == std::string_view::npos && !scope->matches(pattern)) std::abort();
  if (pattern == "/") return 0;
  const auto deeper = so::policy::ScopeGlob::parse("/**" + std::string{pattern});
  if (deeper && scope->matches(text) && !deeper->matches(text)) std::abort();
  return 0;
}
