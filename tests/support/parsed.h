#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "support/captured.h"

namespace so::test {

/// What a tool makes of its words, and what it says about them.
template <class Options>
struct Parsed {
  std::optional<Exit> exit;
  Options options;
  std::string out;
  std::string err;
};

/// Runs a tool's parse_options() on the words after its name.
template <class Options>
Parsed<Options> parse(std::optional<Exit> (*parse_options)(int, const char* const*, Options&),
                      std::vector<const char*> words) {
  Parsed<Options> parsed;
  Captured out{stdout};
  Captured err{stderr};
  words.insert(words.begin(), "tool");
  parsed.exit = parse_options(static_cast<int>(words.size()), words.data(), parsed.options);
  parsed.out = out.take();
  parsed.err = err.take();
  return parsed;
}

}  // namespace so::test
