#include "cli/policy_file.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace so;

TEST_CASE("a policy is read again only from a file that is right and has one") {
  const TempDir folder;
  const std::string file = folder.path("a.yaml");
  const auto write = [&](std::string_view text) { std::ofstream{file} << text; };
  cli::Rules in_force;
  const auto error = [&] {
    const auto rules = cli::read_rules_again(file, in_force);
    return rules ? std::string{} : rules.error().text.substr(file.size());
  };
  write("policy: {rules: [{deny: write}]}");
  const auto rules = cli::read_rules_again(file, in_force);
  REQUIRE(rules);
  CHECK(rules->policy->tables().rules.size() == 1);
  CHECK(rules->hooks == nullptr);
  write("policy: {}");
  CHECK(error().empty());
  write("");
  CHECK(error() == " has no policy (\"policy: {}\" would allow everything)");
  write("policy:\n  rules: [{deny: wirte}]");
  CHECK(error() == ":2: unknown action \"wirte\", did you mean \"write\"?");
  write("hub: [a]\npolicy: {}");
  CHECK(error() == ":1: hub has no value");
  write("hooks: []");
  CHECK(error().empty());
  in_force.policy = rules->policy;
  CHECK(error() == " has no policy (\"policy: {}\" would allow everything)");
  in_force = {.policy = nullptr, .hooks = std::make_shared<const std::vector<policy::Hook>>()};
  CHECK(error().empty());
  write("policy: {}");
  CHECK(error() == " has no hooks (\"hooks: []\" would end them)");
  in_force = {};
  CHECK(cli::read_rules_again("", in_force).error().text == "no --config was given");
  CHECK_FALSE(cli::read_rules_again(folder.path("none"), in_force));
}
