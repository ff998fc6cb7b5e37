#include "cli/settings.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/suggest.h"

namespace so::cli {
namespace {

using Words = std::vector<std::string>;

Words split(std::string_view text, char separator) {
  Words parts;
  for (;;) {
    const auto end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string with_underscores(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

// An empty variable is as one that is not set; a list is separated by commas.
std::optional<Words> from_environment(const Setting& setting) {
  const char* text = std::getenv(setting.variable().c_str());
  if (text == nullptr || *text == '\0') return std::nullopt;
  return setting.value.is_list ? split(text, ',') : Words{text};
}

Status set(Setting& setting, const Words& words, std::string origin) {
  if (auto status = setting.value.set(words); !status) {
    return fail(Code::kUsage, fmt::format("{}: {}", origin, status.error().text));
  }
  setting.origin = std::move(origin);
  return {};
}

Result<bool> set_outside_file(Setting& setting, const Flags& flags) {
  std::optional<Words> words;
  std::string origin;
  if (const auto flag = flags.find(setting.flag); flag != flags.end()) {
    words = flag->second;
    origin = "--" + setting.flag;
  } else {
    words = from_environment(setting);
    origin = setting.variable();
  }
  if (!words) return false;
  if (auto status = set(setting, *words, std::move(origin)); !status) return fail(status.error());
  return true;
}

}  // namespace

std::string Setting::variable() const {
  std::string name = "SCOPEWIRE_" + with_underscores(flag);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

void Settings::add_limit(std::string flag, std::string help, Value value) {
  std::string yaml = fmt::format("limits.{}.{}", tool_, with_underscores(flag));
  add({std::move(flag), std::move(yaml), std::move(help), std::move(value)});
}

const Setting& Settings::at(std::string_view flag) const {
  const auto found = std::ranges::find(all_, flag, &Setting::flag);
  assert(found != all_.end());
  return *found;
}

Status Settings::apply_alone(std::string_view flag, const Flags& flags) {
  const auto setting = std::ranges::find(all_, flag, &Setting::flag);
  assert(setting != all_.end());
  const auto done = set_outside_file(*setting, flags);
  return done ? Status{} : fail(done.error());
}

Status Settings::apply(const Flags& flags, const Config& config) {
  if (auto status = check_limits(config); !status) return status;
  for (Setting& setting : all_) {
    const auto done = set_outside_file(setting, flags);
    if (!done) return fail(done.error());
    const auto entry = config.entries.find(setting.yaml);
    if (*done || entry == config.entries.end()) continue;
    if (entry->second.words.empty() && !setting.value.is_list) continue;  // an empty list
    auto status =
        set(setting, entry->second.words, fmt::format("{}:{}", config.file, entry->second.line));
    if (!status) return status;
  }
  return {};
}

// The file knows the tools but not their limits; each tool answers for its own.
Status Settings::check_limits(const Config& config) const {
  const std::string mine = fmt::format("limits.{}.", tool_);
  Words known;
  for (const Setting& setting : all_) {
    if (setting.yaml.starts_with(mine)) known.push_back(setting.yaml.substr(mine.size()));
  }
  for (const auto& [path, entry] : config.entries) {
    if (!path.starts_with(mine)) continue;
    const std::string name = path.substr(mine.size());
    if (std::ranges::find(known, name) != known.end()) continue;
    return fail(Code::kUsage, fmt::format("{}:{}: {} has no limit \"{}\"{}", config.file,
                                          entry.line, tool_, name, suggestion(name, known)));
  }
  return {};
}

}  // namespace so::cli
