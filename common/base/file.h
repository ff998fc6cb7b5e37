#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace so {

/// All that is in a file, or a pipe, that a person has named: configuration, keys, tables. Waits
/// for its end. Errors:
///   unable to read FILE: No such file or directory     Code::kSystem
///   FILE is over the limit of MOST bytes               Code::kUsage
Result<std::string> read_file(const std::string& file, std::size_t most);

/// The same of secrets. One more error:
///   FILE may be read by others: chmod 600 FILE         Code::kUsage
Result<std::string> read_secret_file(const std::string& file, std::size_t most);

}  // namespace so
