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
  const auto error = [&] {
    const auto policy = cli::read_policy_again(file);
    return policy ? std::string{} : policy.error().text.substr(file.size());
  };
  write("policy: {rules: [{deny: write}]}");
  const auto policy = cli::read_policy_again(file);
  REQUIRE(policy);
  CHECK((*policy)->tables().rules.size() == 1);
  write("policy: {}");
  CHECK(error().empty());
  write("");
  CHECK(error() == " has no policy (\"policy: {}\" would allow everything)");
  write("policy:\n  rules: [{deny: wirte}]");
  CHECK(error() == ":2: unknown action \"wirte\", did you mean \"write\"?");
  write("hub: [a]\npolicy: {}");
  CHECK(error() == ":1: hub has no value");
  CHECK(cli::read_policy_again("").error().text == "no --config was given");
  CHECK_FALSE(cli::read_policy_again(folder.path("none")));
}
