#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/hook.h"

namespace so::policy {
class Policy;
}

namespace so::cli {

/// scopewire.yaml, man/scopewire.yaml.5, which all tools share.
struct Config {
  struct Entry {
    std::vector<std::string> words;  // one, or those of a list
    std::size_t line;
  };
  std::string file;
  /// By path: "hub", "log.level", "applications", "limits.ws-gateway.max_connections". Acceptors
  /// are by protocol, "acceptors.rtmp", each word one for parse_listen(); where the file has a list
  /// of acceptors, every protocol is here, with no words if the list has none of it.
  std::map<std::string, Entry> entries;
  std::shared_ptr<const policy::Policy> policy{};            // nullptr: the file has none
  std::shared_ptr<const std::vector<policy::Hook>> hooks{};  // the same
};

/// Checks everything that does not depend on the tool: forms, known keys, each only once. Errors
/// begin with FILE:LINE. At most 1 MiB.
Result<Config> parse_config(std::string_view text, const std::string& file);
Result<Config> load_config(const std::string& file);

}  // namespace so::cli
