#include "cli/yaml_fields.h"

#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/utf8.h"

namespace so::cli {

using Node = YamlReader::Node;
using Read = YamlReader::Read;

namespace {

constexpr std::size_t kMaxText = 1024;

Status wrong(const YamlReader& yaml, Node node, std::string_view words) {
  return fail(yaml.error(node, words));
}

}  // namespace

Read read_text(const YamlReader& yaml, std::string& field) {
  return [&yaml, &field](const std::string& path, Node node) -> Status {
    if (auto status = yaml.scalar(path, node); !status) return status;
    if (!is_utf8(as_bytes(node.Scalar()))) return wrong(yaml, node, path + " is not UTF-8");
    if (node.Scalar().size() > kMaxText) {
      return wrong(yaml, node, fmt::format("{} is over {} bytes", path, kMaxText));
    }
    field = node.Scalar();
    return {};
  };
}

Status read_words(const YamlReader& yaml, const std::string& path, Node node, const Read& one) {
  if (node.IsScalar()) return one(path, node);
  if (node.IsSequence() && node.size() == 0) {
    return wrong(yaml, node, path + " is an empty list");
  }
  return yaml.list(path, node, one);
}

Read read_either(const YamlReader& yaml, bool& field, Either one, Either other) {
  return [&yaml, &field, one, other](const std::string& path, Node node) -> Status {
    const std::string word = node.IsScalar() ? node.Scalar() : "";
    if (word != one.word && word != other.word) {
      return wrong(yaml, node, fmt::format("{} is not {} or {}", path, one.word, other.word));
    }
    field = word == one.word ? one.means : other.means;
    return {};
  };
}

Read read_scope(const YamlReader& yaml, policy::ScopeGlob& glob) {
  return [&yaml, &glob](const std::string& path, Node node) -> Status {
    std::string pattern;
    if (auto status = read_text(yaml, pattern)(path, node); !status) return status;
    auto parsed = policy::ScopeGlob::parse(pattern);
    if (!parsed) return wrong(yaml, node, fmt::format("{}: {}", path, parsed.error().text));
    glob = *std::move(parsed);
    return {};
  };
}

Read read_glob(const YamlReader& yaml, std::optional<policy::Glob>& glob) {
  return [&yaml, &glob](const std::string& path, Node node) -> Status {
    std::string pattern;
    if (auto status = read_text(yaml, pattern)(path, node); !status) return status;
    glob.emplace(std::move(pattern));
    return {};
  };
}

}  // namespace so::cli
