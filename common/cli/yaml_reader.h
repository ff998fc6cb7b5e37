#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <yaml-cpp/yaml.h>

#include "base/result.h"

namespace so::cli {

/// Walks a document along the keys that there are; every error begins with FILE:LINE. Only what
/// reads scopewire.yaml includes this.
class YamlReader {
 public:
  using Node = const YAML::Node&;
  using Names = std::span<const std::string>;
  /// `path` names the value in errors: "log.level".
  using Read = std::function<Status(const std::string& path, Node value)>;
  struct Key {
    std::string name;
    Read read;
  };

  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  /// A map of these keys, each at most once.
  [[nodiscard]] Status map(const std::string& path, Node node, std::span<const Key> keys) const;
  /// A list; the items are path[0] and so on.
  [[nodiscard]] Status list(const std::string& path, Node node, const Read& item) const;
  /// One word or number.
  [[nodiscard]] Status scalar(const std::string& path, Node node) const;

  [[nodiscard]] Error error(Node node, std::string_view words) const;
  [[nodiscard]] Error unknown(Node node, std::string_view what, Names known) const;
  [[nodiscard]] static std::size_t line(Node node);
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
};

}  // namespace so::cli
