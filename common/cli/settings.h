#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/value.h"
#include "cli/yaml_config.h"

namespace so::cli {

/// Something that may be set: on the command line, in the environment, often in the file.
struct Setting {
  std::string flag;  // "log-level": --log-level, SCOPEWIRE_LOG_LEVEL
  std::string yaml;  // "log.level": its path in Config; empty: not in the file
  std::string help;
  Value value;
  std::string origin = "default";  // who has set it

  [[nodiscard]] std::string variable() const;
};

/// The words that the command line gave to flags, without dashes.
using Flags = std::map<std::string, std::vector<std::string>>;

/// All settings of a tool: flag > environment > file > what the field held when it was added.
class Settings {
 public:
  explicit Settings(std::string tool) : tool_(std::move(tool)) {}

  void add(Setting setting) { all_.push_back(std::move(setting)); }
  /// One for `limits` in the file: limits.TOOL.max_connections for "max-connections".
  void add_limit(std::string flag, std::string help, Value value);

  /// Sets every field. An error says where the word stands that it is about.
  Status apply(const Flags& flags, const Config& config);
  /// Sets one from the command line or the environment only.
  Status apply_alone(std::string_view flag, const Flags& flags);

  [[nodiscard]] const std::vector<Setting>& all() const { return all_; }
  [[nodiscard]] const Setting& at(std::string_view flag) const;

  /// All values with their origins: a file that sets them all as they are.
  [[nodiscard]] std::string show() const;

 private:
  [[nodiscard]] Status check_limits(const Config& config) const;

  std::string tool_;
  std::vector<Setting> all_;
};

}  // namespace so::cli
