#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace so::log {

enum class Level { kError, kWarn, kInfo, kDebug };

/// One line on stderr: time, tool, level, text. Control bytes are escaped, so what a peer sent
/// cannot forge a line or drive a terminal. One thread, one sink: the supervisor keeps the files.
void set_name(std::string_view tool);
void set_level(Level level);
void set_json(bool json);  // one JSON object a line instead of text
[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view text);

template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::kError, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kWarn)) write(Level::kWarn, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace so::log
