#include "cli/words.h"

#include <cstddef>
#include <span>
#include <string_view>

#include <CLI/CLI.hpp>

namespace so::cli {
namespace {
constexpr char kShield = '\xFF';
}

// Where CLI11 allows extra arguments it takes apart what is in brackets, as JSON arrays are. It
// does not where it expects a number of words, and with TakeAll it does not insist on that number.
void add_words(CLI::App& app, const std::string& name, std::vector<std::string>& field,
               const std::string& help) {
  constexpr int kMany = 1 << 28;  // more than a command line holds
  app.add_option(name, field, help)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(kMany, -1)
      ->allow_extra_args(false);
}

Shielded::Shielded(int argc, const char* const* argv) {
  bool all = false;
  for (const char* const word : std::span{argv, static_cast<std::size_t>(argc)}) {
    if (!all && std::string_view{word} == "--") {
      all = true;
    } else {
      words_.push_back(all ? kShield + std::string{word} : std::string{word});
    }
  }
  for (const std::string& word : words_) pointers_.push_back(word.c_str());
}

void Shielded::unshield(std::vector<std::string>& words) {
  for (std::string& word : words) {
    if (word.starts_with(kShield)) word.erase(0, 1);
  }
}

}  // namespace so::cli
