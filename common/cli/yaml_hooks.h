#pragma once

#include <vector>

#include "cli/yaml_reader.h"
#include "policy/hook.h"

namespace so::cli {

/// The key `hooks` of scopewire.yaml.
Result<std::vector<policy::Hook>> read_hooks(const YamlReader& reader, YamlReader::Node node);

}  // namespace so::cli
