#include "cli/yaml_hooks.h"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "cli/units.h"
#include "cli/yaml_fields.h"
#include "net/url.h"
#include "wire/path.h"

namespace so::cli {
namespace {

using Node = YamlReader::Node;
using Key = YamlReader::Key;
using Read = YamlReader::Read;
using policy::Action;
using policy::Hook;
using policy::Topic;

constexpr std::size_t kMaxHooks = 64;  // each is a process
constexpr std::size_t kMaxWords = 64;  // of a command
constexpr Millis kMaxTimeout{60'000};

/// Each function reads one value, as YamlReader::Read does.
class Reader {
 public:
  explicit Reader(const YamlReader& yaml) : yaml_(yaml) {}
  Result<std::vector<Hook>> document(Node node);

 private:
  Status hook(const std::string& path, Node node);
  [[nodiscard]] Status check(const std::string& path, const Hook& hook, Node node) const;

  Read actions(policy::Actions& field) const;
  Read topics(policy::Topics& field) const;
  Read command(std::vector<std::string>& field) const;
  Read method(std::string& field) const;
  Read url(std::string& field) const;
  Read timeout(Millis& field) const;

  [[nodiscard]] Status wrong(Node node, std::string_view words) const {
    return fail(yaml_.error(node, words));
  }

  const YamlReader& yaml_;
  std::vector<Hook> out_;
};

Result<std::vector<Hook>> Reader::document(Node node) {
  const auto read = [this](const std::string& path, Node each) { return hook(path, each); };
  if (auto status = yaml_.list("hooks", node, read); !status) return fail(status.error());
  if (out_.size() > kMaxHooks) {
    return fail(yaml_.error(node, fmt::format("hooks: {} is the limit", kMaxHooks)));
  }
  return std::move(out_);
}

Status Reader::hook(const std::string& path, Node node) {
  Hook hook;
  hook.line = YamlReader::line(node);
  const std::array keys{Key{"on", actions(hook.on)},
                        Key{"observe", topics(hook.observe)},
                        Key{"scope", read_scope(yaml_, hook.scope)},
                        Key{"object", read_glob(yaml_, hook.object)},
                        Key{"run", command(hook.run)},
                        Key{"call", method(hook.call)},
                        Key{"http", url(hook.http)},
                        Key{"timeout", timeout(hook.timeout)},
                        Key{"on_failure", read_either(yaml_, hook.allow_on_failure,
                                                      {"refuse", false}, {"allow", true})}};
  if (auto status = yaml_.map(path + ".", node, keys); !status) return status;
  if (auto status = check(path, hook, node); !status) return status;
  out_.push_back(std::move(hook));
  return {};
}

Status Reader::check(const std::string& path, const Hook& hook, Node node) const {
  if (hook.on.empty() == hook.observe.empty()) {
    return wrong(node, path + " needs one of on and observe");
  }
  const std::array missing{hook.run.empty(), hook.call.empty(), hook.http.empty()};
  if (std::ranges::count(missing, false) != 1)
    return wrong(node, path + " needs one of run, call and http");
  for (const char* of_questions : {"call", "http", "timeout", "on_failure"}) {
    if (hook.on.empty() && node[of_questions]) {
      return wrong(node[of_questions], fmt::format("who observes has no {}", of_questions));
    }
  }
  if (!hook.object) return {};
  for (const std::string_view each : policy::kActionNames) {
    const Action action = *policy::action_named(each);
    if (!hook.on.has(action) || policy::kOfObjects.has(action)) continue;
    return wrong(node["object"], fmt::format("{} has no object", each));
  }
  for (const Topic topic : {Topic::kScope, Topic::kMember, Topic::kStream}) {
    if (!hook.observe.has(topic)) continue;
    return wrong(node["object"], fmt::format("{} has no object", policy::to_text(topic)));
  }
  return {};
}

Read Reader::actions(policy::Actions& field) const {
  return [this, &field](const std::string& path, Node node) -> Status {
    return read_words(yaml_, path, node, [&](const std::string&, Node item) -> Status {
      const auto action = policy::action_named(item.IsScalar() ? item.Scalar() : "");
      if (action && policy::kHookActions.has(*action)) {
        field.add(*action);
        return {};
      }
      std::vector<std::string> known;
      for (const std::string_view name : policy::kActionNames) {
        if (policy::kHookActions.has(*policy::action_named(name))) known.emplace_back(name);
      }
      if (action) {
        return wrong(item, fmt::format("no hook decides {}: only {}", item.Scalar(),
                                       fmt::join(known, ", ")));
      }
      return fail(yaml_.unknown(item, "action", known));
    });
  };
}

Read Reader::topics(policy::Topics& field) const {
  return [this, &field](const std::string& path, Node node) -> Status {
    return read_words(yaml_, path, node, [&](const std::string&, Node item) -> Status {
      const auto topic = policy::topic_named(item.IsScalar() ? item.Scalar() : "");
      if (topic) {
        field.add(*topic);
        return {};
      }
      const std::vector<std::string> known{policy::kTopicNames.begin(), policy::kTopicNames.end()};
      return fail(yaml_.unknown(item, "topic", known));
    });
  };
}

Read Reader::command(std::vector<std::string>& field) const {
  return [this, &field](const std::string& path, Node node) -> Status {
    if (node.IsSequence() && node.size() > kMaxWords) {
      return wrong(node, fmt::format("{} has over {} words", path, kMaxWords));
    }
    auto status = read_words(yaml_, path, node, [&](const std::string& place, Node item) -> Status {
      std::string word;
      if (auto good = read_text(yaml_, word)(place, item); !good) return good;
      if (word.find('\0') != std::string::npos) return wrong(item, place + " has a NUL");
      field.push_back(std::move(word));
      return {};
    });
    if (status && field.front().empty()) return wrong(node, path + " names no program");
    return status;
  };
}

Read Reader::method(std::string& field) const {
  return [this, &field](const std::string& path, Node node) -> Status {
    if (auto status = read_text(yaml_, field)(path, node); !status) return status;
    auto good = wire::check_name(path, field, wire::kMaxObjectName);
    return good ? Status{} : wrong(node, good.error().text);
  };
}

Read Reader::url(std::string& field) const {
  return [this, &field](const std::string& path, Node node) -> Status {
    if (auto status = read_text(yaml_, field)(path, node); !status) return status;
    const auto url = net::parse_url(field);
    if (!url) return wrong(node, fmt::format("{}: {}", path, url.error().text));
    if (url->scheme == "http") return {};
    return wrong(node, path + " does not begin with http://");
  };
}

Read Reader::timeout(Millis& field) const {
  return [this, &field](const std::string& path, Node node) -> Status {
    if (auto status = yaml_.scalar(path, node); !status) return status;
    const auto duration = parse_duration(node.Scalar());
    if (!duration) return wrong(node, fmt::format("{}: {}", path, duration.error().text));
    if (*duration <= Millis{0} || *duration > kMaxTimeout) {
      return wrong(node,
                   fmt::format("{} is not between 1ms and {}", path, show_duration(kMaxTimeout)));
    }
    field = *duration;
    return {};
  };
}

}  // namespace

Result<std::vector<Hook>> read_hooks(const YamlReader& reader, Node node) {
  return Reader{reader}.document(node);
}

}  // namespace so::cli
