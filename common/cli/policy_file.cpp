#include "cli/policy_file.h"

#include <fmt/format.h>

#include "base/log.h"
#include "cli/yaml_config.h"

namespace so::cli {

Result<Rules> read_rules_again(const std::string& file, const Rules& in_force) {
  if (file.empty()) return fail(Code::kUsage, "no --config was given");
  auto config = load_config(file);
  if (!config) return fail(config.error());
  if (in_force.hooks && !config->hooks) {
    return fail(Code::kUsage, fmt::format("{} has no hooks (\"hooks: []\" would end them)", file));
  }
  if (!config->policy && (in_force.policy || !config->hooks)) {
    return fail(Code::kUsage,
                fmt::format("{} has no policy (\"policy: {{}}\" would allow everything)", file));
  }
  return Rules{std::move(config->policy), std::move(config->hooks)};
}

std::optional<Rules> rules_again(const std::string& file, const Rules& in_force) {
  auto rules = read_rules_again(file, in_force);
  if (!rules) {
    log::error("the policy stays as it was: {}", rules.error().text);
    return std::nullopt;
  }
  const auto tables = rules->policy ? rules->policy->tables() : policy::Policy::Tables{};
  const std::string hooks =
      rules->hooks ? fmt::format(", {} hooks", rules->hooks->size()) : std::string{};
  log::info("policy read again from {}: {} rules, {} limits, {} objects{}", file,
            tables.rules.size(), tables.limits.size(), tables.objects.size(), hooks);
  return *std::move(rules);
}

}  // namespace so::cli
