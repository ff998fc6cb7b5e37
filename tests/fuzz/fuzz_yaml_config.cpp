// A file is refused with a place, or every word of its acceptors is an address, and its policy is
// shown as a file that is read back and shown as the same.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "cli/listen.h"
#include "cli/policy_show.h"
#include "cli/yaml_config.h"

namespace {

std::string shown(const so::cli::Config& config) {
  return so::cli::show_policy(config.policy->tables(), "f");
}

// Lines are another matter.
std::string without_lines(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    out += line.substr(0, line.rfind(" # f:")) + '\n';
    at = end + 1;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = so::cli::parse_config(so::as_text({data, size}), "f");
  if (!config) {
    if (!config.error().text.starts_with("f")) std::abort();
    return 0;
  }
  for (const auto& [path, entry] : config->entries) {
    if (!path.starts_with("acceptors.")) continue;
    for (const auto& word : entry.words) {
      if (!so::cli::parse_listen(word)) std::abort();
    }
  }
  if (!config->policy) return 0;
  const auto again = so::cli::parse_config(shown(*config), "f");
  // What is shown is longer than what was read, where aliases repeat it.
  if (!again && again.error().text.find("is over the limit of") == std::string::npos) std::abort();
  if (again && without_lines(shown(*again)) != without_lines(shown(*config))) std::abort();
  return 0;
}
