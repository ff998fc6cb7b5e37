#include "cli/policy_file.h"

#include <fmt/format.h>

#include "base/log.h"
#include "cli/yaml_config.h"

namespace so::cli {

Result<std::shared_ptr<const policy::Policy>> read_policy_again(const std::string& file) {
  if (file.empty()) return fail(Code::kUsage, "no --config was given");
  auto config = load_config(file);
  if (!config) return fail(config.error());
  if (config->policy) return std::move(config->policy);
  return fail(Code::kUsage,
              fmt::format("{} has no policy (\"policy: {{}}\" would allow everything)", file));
}

std::shared_ptr<const policy::Policy> policy_again(const std::string& file) {
  auto policy = read_policy_again(file);
  if (!policy) {
    log::error("the policy stays as it was: {}", policy.error().text);
    return nullptr;
  }
  const auto& tables = (*policy)->tables();
  log::info("policy read again from {}: {} rules, {} limits, {} objects", file, tables.rules.size(),
            tables.limits.size(), tables.objects.size());
  return *std::move(policy);
}

}  // namespace so::cli
