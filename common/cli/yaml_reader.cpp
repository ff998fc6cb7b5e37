#include "cli/yaml_reader.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "cli/suggest.h"

namespace so::cli {

Status YamlReader::map(const std::string& path, Node node, std::span<const Key> keys) const {
  std::vector<std::string> names;
  names.reserve(keys.size());
  for (const Key& key : keys) names.push_back(key.name);
  if (!node.IsMap()) {
    return fail(error(node, fmt::format("here belongs a map of {}", fmt::join(names, ", "))));
  }
  std::set<std::string> seen;
  for (const auto& pair : node) {
    Node name = pair.first;
    const auto key = std::ranges::find(keys, name.IsScalar() ? name.Scalar() : "", &Key::name);
    if (key == keys.end()) return fail(unknown(name, "key", names));
    if (!seen.insert(key->name).second) {
      return fail(error(name, fmt::format("\"{}\" is here twice", key->name)));
    }
    if (auto status = key->read(path + key->name, pair.second); !status) return status;
  }
  return {};
}

Status YamlReader::list(const std::string& path, Node node, const Read& item) const {
  if (!node.IsSequence()) return fail(error(node, path + " is not a list"));
  std::size_t index = 0;
  for (const auto& each : node) {
    if (auto status = item(fmt::format("{}[{}]", path, index++), each); !status) return status;
  }
  return {};
}

Status YamlReader::scalar(const std::string& path, Node node) const {
  if (node.IsScalar()) return {};
  return fail(error(node, path + " has no value"));
}

Error YamlReader::error(Node node, std::string_view words) const {
  return {Code::kUsage, fmt::format("{}:{}: {}", file_, line(node), words)};
}

Error YamlReader::unknown(Node node, std::string_view what, Names known) const {
  const std::string word = node.IsScalar() ? node.Scalar() : "?";
  return error(node, fmt::format("unknown {} \"{}\"{}", what, word, suggestion(word, known)));
}

std::size_t YamlReader::line(Node node) {
  return static_cast<std::size_t>(node.Mark().line + 1);
}

}  // namespace so::cli
