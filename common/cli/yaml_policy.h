#pragma once

#include <string>

#include "cli/yaml_reader.h"
#include "policy/policy.h"

namespace so::cli {

/// The key `policy` of scopewire.yaml.
Result<policy::Policy::Tables> read_policy(const YamlReader& reader, YamlReader::Node node);

}  // namespace so::cli
