#include "cli/yaml_policy.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/utf8.h"
#include "cli/units.h"
#include "cli/yaml_fields.h"
#include "cli/yaml_json.h"
#include "wire/frame.h"
#include "wire/path.h"

namespace so::cli {
namespace {

using Node = YamlReader::Node;
using Key = YamlReader::Key;
using Read = YamlReader::Read;
using policy::Action;
using policy::Actions;
using policy::Glob;
using policy::ScopeGlob;

constexpr std::size_t kMaxClaim = 1024;
// The bounds of the hub for any object (hub/options.h); an object begins within them.
constexpr std::size_t kMaxValue = 65536;
constexpr std::size_t kMaxAttributes = 1024;
constexpr std::size_t kMaxObject = wire::kMaxBody - 65536;

/// Each function reads one value, as YamlReader::Read does.
class Reader {
 public:
  explicit Reader(const YamlReader& yaml) : yaml_(yaml) {}
  Result<policy::Policy::Tables> document(Node node);

 private:
  Status rule(const std::string& path, Node node);
  [[nodiscard]] Status check(const policy::Rule& rule, Node node) const;
  Status limit(const std::string& path, Node node);
  Status object(const std::string& path, Node node);

  Read actions(policy::Rule& rule, bool allow) const;
  Read claim(policy::Rule& rule, const std::string& name) const;
  Read claims(policy::Rule& rule) const;
  Read values(policy::Predefined& object) const;
  Read value(policy::Predefined& object, const std::string& name) const;
  [[nodiscard]] Read scope(ScopeGlob& glob) const { return read_scope(yaml_, glob); }
  [[nodiscard]] Read glob(std::optional<Glob>& glob) const { return read_glob(yaml_, glob); }
  [[nodiscard]] Read text(std::string& field) const { return read_text(yaml_, field); }
  [[nodiscard]] Read boolean(bool& field) const {
    return read_either(yaml_, field, {"true", true}, {"false", false});
  }
  Read number(std::optional<std::size_t>& field, bool bytes) const;
  Read items(Status (Reader::*item)(const std::string&, Node));

  [[nodiscard]] Status wrong(Node node, std::string_view words) const {
    return fail(yaml_.error(node, words));
  }

  const YamlReader& yaml_;
  policy::Policy::Tables out_;
};

Result<policy::Policy::Tables> Reader::document(Node node) {
  const std::array keys{Key{"rules", items(&Reader::rule)}, Key{"limits", items(&Reader::limit)},
                        Key{"objects", items(&Reader::object)}};
  if (auto status = yaml_.map("policy.", node, keys); !status) return fail(status.error());
  return std::move(out_);
}

Read Reader::items(Status (Reader::*item)(const std::string&, Node)) {
  return [this, item](const std::string& path, Node node) {
    return yaml_.list(path, node, [this, item](const std::string& place, Node each) {
      return (this->*item)(place, each);
    });
  };
}

Status Reader::rule(const std::string& path, Node node) {
  policy::Rule rule;
  rule.line = YamlReader::line(node);
  const std::array keys{Key{"allow", actions(rule, true)}, Key{"deny", actions(rule, false)},
                        Key{"scope", scope(rule.scope)},   Key{"object", glob(rule.object)},
                        Key{"key", glob(rule.key)},        Key{"name", glob(rule.name)},
                        Key{"role", claim(rule, "role")},  Key{"claims", claims(rule)},
                        Key{"reason", text(rule.reason)}};
  if (auto status = yaml_.map(path + ".", node, keys); !status) return status;
  if (static_cast<bool>(node["allow"]) == static_cast<bool>(node["deny"])) {
    return wrong(node, path + " needs one of allow and deny");
  }
  if (auto status = check(rule, node); !status) return status;
  out_.rules.push_back(std::move(rule));
  return {};
}

// A pattern for what a named action does not have is a mistake: that rule would not do what it
// says.
Status Reader::check(const policy::Rule& rule, Node node) const {
  struct Pattern {
    const char* name;
    Actions of;
  };
  for (const Pattern& pattern :
       std::array{Pattern{"object", policy::kOfObjects}, Pattern{"key", policy::kOfKeys},
                  Pattern{"name", policy::kOfNames}}) {
    if (!node[pattern.name] || rule.actions == Actions::all()) continue;
    for (const std::string_view each : policy::kActionNames) {
      const Action action = *policy::action_named(each);
      if (!rule.actions.has(action) || pattern.of.has(action)) continue;
      return wrong(node[pattern.name], fmt::format("{} has no {}", each, pattern.name));
    }
  }
  if (!rule.effective().empty()) return {};
  return wrong(node, "no action has all of object, key and name that are here");
}

Read Reader::actions(policy::Rule& rule, bool allow) const {
  return [this, &rule, allow](const std::string& path, Node node) -> Status {
    rule.allow = allow;
    if (node.IsScalar() && node.Scalar() == "all") return {};
    rule.actions = {};
    const Read one = [&](const std::string&, Node item) -> Status {
      const auto action = policy::action_named(item.IsScalar() ? item.Scalar() : "");
      if (!action) {
        const std::vector<std::string> known{policy::kActionNames.begin(),
                                             policy::kActionNames.end()};
        return fail(yaml_.unknown(item, "action", known));
      }
      rule.actions.add(*action);
      return {};
    };
    return read_words(yaml_, path, node, one);
  };
}

Read Reader::claim(policy::Rule& rule, const std::string& name) const {
  return [this, &rule, name](const std::string& path, Node node) -> Status {
    policy::Rule::Claim claim{name, {}};
    const Read one = [&](const std::string& place, Node item) -> Status {
      if (!item.IsScalar()) return wrong(item, place + " is not one word or number");
      auto value = yaml_to_json(yaml_, place, item, kMaxClaim);
      if (!value) return fail(value.error());
      claim.values.push_back(*std::move(value));
      return {};
    };
    const bool is_list = node.IsSequence();  // a map is no list of values
    auto status = is_list ? read_words(yaml_, path, node, one) : one(path, node);
    if (!status) return status;
    rule.claims.push_back(std::move(claim));
    return {};
  };
}

Read Reader::claims(policy::Rule& rule) const {
  return [this, &rule](const std::string& path, Node node) -> Status {
    if (!node.IsMap()) return wrong(node, path + " is not a map of claims and values");
    if (node.size() > policy::Credentials::kMaxValues) {
      return wrong(node,
                   fmt::format("{} has over {} claims", path, policy::Credentials::kMaxValues));
    }
    std::vector<Key> keys;
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) return wrong(pair.first, path + " has a name that is no word");
      const std::string& name = pair.first.Scalar();
      if (!is_utf8(as_bytes(name)))
        return wrong(pair.first, path + " has a name that is not UTF-8");
      keys.push_back({name, claim(rule, name)});
    }
    return yaml_.map(path + ".", node, keys);
  };
}

Status Reader::limit(const std::string& path, Node node) {
  policy::Limit limit;
  limit.line = YamlReader::line(node);
  const std::array keys{Key{"scope", scope(limit.scope)},
                        Key{"object", glob(limit.object)},
                        Key{"members", number(limit.bounds.members, false)},
                        Key{"objects", number(limit.bounds.objects, false)},
                        Key{"attributes", number(limit.bounds.attributes, false)},
                        Key{"bytes", number(limit.bounds.bytes, true)}};
  if (auto status = yaml_.map(path + ".", node, keys); !status) return status;
  for (const char* of_scope : {"members", "objects"}) {
    if (!limit.object || !node[of_scope]) continue;
    return wrong(node[of_scope], fmt::format("an object has no {}", of_scope));
  }
  if (limit.bounds.bytes.value_or(0) > kMaxObject) {
    return wrong(node["bytes"], fmt::format("{}.bytes is over {}", path, show_size(kMaxObject)));
  }
  out_.limits.push_back(std::move(limit));
  return {};
}

Status Reader::object(const std::string& path, Node node) {
  policy::Predefined object;
  object.line = YamlReader::line(node);
  const std::array keys{Key{"scope", scope(object.scope)}, Key{"name", text(object.name)},
                        Key{"persistent", boolean(object.persistent)},
                        Key{"values", values(object)}};
  if (auto status = yaml_.map(path + ".", node, keys); !status) return status;
  for (const char* needed : {"scope", "name"}) {
    if (!node[needed]) return wrong(node, fmt::format("{} needs a {}", path, needed));
  }
  const auto good = wire::check_name(path + ".name", object.name, wire::kMaxObjectName);
  if (!good) return wrong(node["name"], good.error().text);
  out_.objects.push_back(std::move(object));
  return {};
}

Read Reader::values(policy::Predefined& object) const {
  return [this, &object](const std::string& path, Node node) -> Status {
    if (!node.IsMap()) return wrong(node, path + " is not a map of keys and values");
    if (node.size() > kMaxAttributes) {
      return wrong(node, fmt::format("{} has over {} keys", path, kMaxAttributes));
    }
    std::vector<Key> keys;
    for (const auto& pair : node) {
      const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
      if (auto good = wire::check_name("a key of " + path, name, wire::kMaxKey); !good) {
        return wrong(pair.first, good.error().text);
      }
      keys.push_back({name, value(object, name)});
    }
    if (auto status = yaml_.map(path + ".", node, keys); !status) return status;
    std::size_t bytes = 0;
    for (const auto& [name, value] : object.values) bytes += name.size() + value.size();
    if (bytes > kMaxObject / 2) {  // the hub counts more than the bare bytes of each
      return wrong(node, fmt::format("{} is over {}", path, show_size(kMaxObject / 2)));
    }
    return {};
  };
}

Read Reader::value(policy::Predefined& object, const std::string& name) const {
  return [this, &object, name](const std::string& path, Node node) -> Status {
    auto value = yaml_to_json(yaml_, path, node, kMaxValue);
    if (!value) return fail(value.error());
    if (*value == "null") return wrong(node, path + " has no value");
    object.values.emplace_back(name, *std::move(value));
    return {};
  };
}

Read Reader::number(std::optional<std::size_t>& field, bool bytes) const {
  return [this, &field, bytes](const std::string& path, Node node) -> Status {
    if (auto status = yaml_.scalar(path, node); !status) return status;
    const auto number = bytes ? parse_size(node.Scalar()) : parse_count(node.Scalar());
    if (!number) return wrong(node, fmt::format("{}: {}", path, number.error().text));
    field = *number;
    return {};
  };
}

}  // namespace

Result<policy::Policy::Tables> read_policy(const YamlReader& reader, Node node) {
  return Reader{reader}.document(node);
}

}  // namespace so::cli
