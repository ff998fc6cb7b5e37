// Settings::show(): scopewire.yaml as it would have to be.
#include <algorithm>

#include <fmt/format.h>

#include "cli/settings.h"

namespace so::cli {
namespace {

constexpr std::string_view kAcceptors = "acceptors.";

// As it stands where YAML cannot take it for anything else, else quoted.
std::string yaml_word(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string{word};
  }
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 ? fmt::format("\\x{:02x}", byte) : std::string{c};
  }
  return out + "\"";
}

std::string line(std::string_view text, const std::string& origin) {
  return fmt::format("{:<47} # {}\n", text, origin);
}

std::string value_of(const Setting& setting) {
  std::vector<std::string> words;
  for (const std::string& word : setting.value.show()) words.push_back(yaml_word(word));
  if (setting.value.is_list) return fmt::format("[{}]", fmt::join(words, ", "));
  return words.front();
}

// One item of the list a listener is, in the file.
std::string acceptors_of(const Setting& setting) {
  std::string out;
  for (const std::string& word : setting.value.show()) {
    const auto listen = parse_listen(word);
    if (!listen) continue;
    const std::string stream =
        listen->stream.empty() ? "" : ", streamname: " + yaml_word(listen->stream);
    out += line(fmt::format("  - {{ip: {}, port: {}, protocol: {}{}}}", yaml_word(listen->host),
                            listen->port, setting.yaml.substr(kAcceptors.size()), stream),
                setting.origin);
  }
  return out;
}

// "limits.so-hub.rooms" below "limits.so-hub.peers" needs no "limits:" and "so-hub:" again.
std::string headings(std::string_view path, std::string_view before) {
  std::string out;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    if (before.starts_with(path.substr(0, dot + 1))) continue;
    const auto start = path.substr(0, dot).rfind('.') + 1;  // npos + 1 is 0
    const auto depth = static_cast<std::size_t>(std::ranges::count(path.substr(0, dot), '.'));
    out += fmt::format("{:{}}{}:\n", "", 2 * depth, path.substr(start, dot - start));
  }
  return out;
}

std::string entry(const Setting& setting, std::string_view before) {
  const std::string& path = setting.yaml;
  std::string out = headings(path, before);
  if (path.starts_with(kAcceptors)) return out + acceptors_of(setting);
  const auto depth = static_cast<std::size_t>(std::ranges::count(path, '.'));
  const auto key = path.substr(path.rfind('.') + 1);
  return out +
         line(fmt::format("{:{}}{}: {}", "", 2 * depth, key, value_of(setting)), setting.origin);
}

}  // namespace

std::string Settings::show() const {
  std::vector<const Setting*> in_file;
  std::string others;
  for (const Setting& setting : all_) {
    if (setting.yaml.empty()) {
      others += line(fmt::format("# --{}: {}", setting.flag, value_of(setting)), setting.origin);
    } else {
      in_file.push_back(&setting);
    }
  }
  std::ranges::sort(in_file, {}, &Setting::yaml);
  std::string out;
  std::string_view before;
  for (const Setting* setting : in_file) {
    out += entry(*setting, before);
    before = setting->yaml;
  }
  return out + others;
}

}  // namespace so::cli
