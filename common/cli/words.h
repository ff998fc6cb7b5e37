#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace so::cli {

/// Positional words of a command or subcommand, any number, each as it was typed.
void add_words(CLI::App& app, const std::string& name, std::vector<std::string>& field,
               const std::string& help);

/// A command line for subcommands: CLI11 loses there what follows "--", so those words are parsed
/// behind a byte that no text has.
class Shielded {
 public:
  Shielded(int argc, const char* const* argv);
  [[nodiscard]] int argc() const { return static_cast<int>(pointers_.size()); }
  [[nodiscard]] const char* const* argv() const { return pointers_.data(); }
  static void unshield(std::vector<std::string>& words);

 private:
  std::vector<std::string> words_;
  std::vector<const char*> pointers_;
};

}  // namespace so::cli
