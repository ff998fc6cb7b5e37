#pragma once

#include <optional>
#include <string>

#include <yaml-cpp/yaml.h>

namespace so::cli {

/// The one document of the text; null where there is none, nullopt where there are several. Throws
/// what yaml-cpp does.
std::optional<YAML::Node> load_document(const std::string& text);

}  // namespace so::cli
