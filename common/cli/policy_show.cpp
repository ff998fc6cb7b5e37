#include "cli/policy_show.h"

#include <fmt/format.h>

#include "cli/units.h"
#include "json/write.h"

namespace so::cli {
namespace {

// JSON is YAML, but for what it allows to leave out.
std::string in_quotes(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

/// One entry of a list: {name: value, name: value}
class Entry {
 public:
  void add(std::string_view name, std::string_view value) {
    out_ += fmt::format("{}{}: {}", out_.empty() ? "" : ", ", name, value);
  }
  void add(std::string_view name, const std::optional<policy::Glob>& glob) {
    if (glob) add(name, in_quotes(glob->pattern()));
  }
  void add(std::string_view name, const std::optional<std::size_t>& number) {
    if (number) add(name, fmt::format("{}", *number));
  }
  [[nodiscard]] std::string line(const std::string& file, std::size_t line,
                                 std::string_view indent = "    ") const {
    return fmt::format("{:<47} # {}:{}\n", fmt::format("{}- {{{}}}", indent, out_), file, line);
  }
  [[nodiscard]] std::string map() const { return fmt::format("{{{}}}", out_); }

 private:
  std::string out_;
};

std::string show(policy::Actions actions) {
  if (actions == policy::Actions::all()) return "all";
  std::string out;
  for (const std::string_view name : policy::kActionNames) {
    if (!actions.has(*policy::action_named(name))) continue;
    out += fmt::format("{}{}", out.empty() ? "" : ", ", name);
  }
  return fmt::format("[{}]", out);
}

Entry entry(const policy::Rule& rule) {
  Entry out;
  out.add(rule.allow ? "allow" : "deny", show(rule.actions));
  out.add("scope", in_quotes(rule.scope.pattern()));
  out.add("object", rule.object);
  out.add("key", rule.key);
  out.add("name", rule.name);
  Entry claims;
  bool others = false;
  for (const policy::Rule::Claim& claim : rule.claims) {
    claims.add(in_quotes(claim.name), fmt::format("[{}]", fmt::join(claim.values, ", ")));
    others = true;
  }
  if (others) out.add("claims", claims.map());
  if (!rule.reason.empty()) out.add("reason", in_quotes(rule.reason));
  return out;
}

std::string show(policy::Topics topics) {
  std::vector<std::string_view> names;
  for (const std::string_view name : policy::kTopicNames) {
    if (topics.has(*policy::topic_named(name))) names.push_back(name);
  }
  return fmt::format("[{}]", fmt::join(names, ", "));
}

Entry entry(const policy::Hook& hook) {
  Entry out;
  if (hook.on.empty()) {
    out.add("observe", show(hook.observe));
  } else {
    out.add("on", show(hook.on));
  }
  out.add("scope", in_quotes(hook.scope.pattern()));
  out.add("object", hook.object);
  std::vector<std::string> words;
  for (const std::string& word : hook.run) words.push_back(in_quotes(word));
  if (!hook.http.empty()) {
    out.add("http", in_quotes(hook.http));
  } else if (hook.run.empty()) {
    out.add("call", in_quotes(hook.call));
  } else {
    out.add("run", fmt::format("[{}]", fmt::join(words, ", ")));
  }
  if (hook.on.empty()) return out;
  out.add("timeout", show_duration(hook.timeout));
  out.add("on_failure", hook.allow_on_failure ? "allow" : "refuse");
  return out;
}

Entry entry(const policy::Limit& limit) {
  Entry out;
  out.add("scope", in_quotes(limit.scope.pattern()));
  out.add("object", limit.object);
  out.add("members", limit.bounds.members);
  out.add("objects", limit.bounds.objects);
  out.add("attributes", limit.bounds.attributes);
  if (limit.bounds.bytes) out.add("bytes", show_size(*limit.bounds.bytes));
  return out;
}

Entry entry(const policy::Predefined& object) {
  Entry out;
  out.add("scope", in_quotes(object.scope.pattern()));
  out.add("name", in_quotes(object.name));
  out.add("persistent", object.persistent ? "true" : "false");
  Entry values;
  for (const auto& [key, value] : object.values) values.add(in_quotes(key), value);
  out.add("values", values.map());
  return out;
}

template <class List>
std::string show(std::string_view name, const List& list, const std::string& file) {
  if (list.empty()) return {};
  std::string out = fmt::format("  {}:\n", name);
  for (const auto& each : list) out += entry(each).line(file, each.line);
  return out;
}

}  // namespace

std::string show_hooks(const std::vector<policy::Hook>& hooks, const std::string& file) {
  std::string out = hooks.empty() ? "hooks: []\n" : "hooks:\n";
  for (const policy::Hook& hook : hooks) out += entry(hook).line(file, hook.line, "  ");
  return out;
}

std::string show_policy(const policy::Policy::Tables& tables, const std::string& file) {
  const std::string out = show("rules", tables.rules, file) + show("limits", tables.limits, file) +
                          show("objects", tables.objects, file);
  return "policy:" + (out.empty() ? " {}\n" : "\n" + out);
}

}  // namespace so::cli
