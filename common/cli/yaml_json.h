#pragma once

#include <cstddef>
#include <string>

#include "cli/yaml_reader.h"

namespace so::cli {

/// The value as compact JSON. A plain true, false, null or JSON number is that, no value at all is
/// null, every other word a string; maps become objects, lists arrays. At most 30 levels and
/// `most` bytes, also where aliases repeat what is written once.
Result<std::string> yaml_to_json(const YamlReader& reader, const std::string& path,
                                 YamlReader::Node node, std::size_t most);

}  // namespace so::cli
