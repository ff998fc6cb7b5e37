#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/yaml_reader.h"
#include "policy/scope_glob.h"

namespace so::cli {

// What rules and hooks have in common. The fields are borrowed until the value is read, the reader
// as long.

/// UTF-8, up to 1 KiB: a reason; longer names and patterns than this match nothing.
YamlReader::Read read_text(const YamlReader& yaml, std::string& field);
/// One word, or a list of them that is not empty: `one` reads each.
Status read_words(const YamlReader& yaml, const std::string& path, YamlReader::Node node,
                  const YamlReader::Read& one);
/// One of two words, and what each means.
struct Either {
  std::string_view word;
  bool means;
};
YamlReader::Read read_either(const YamlReader& yaml, bool& field, Either one, Either other);
YamlReader::Read read_scope(const YamlReader& yaml, policy::ScopeGlob& glob);
YamlReader::Read read_glob(const YamlReader& yaml, std::optional<policy::Glob>& glob);

}  // namespace so::cli
