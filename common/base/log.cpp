#include "base/log.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include <fmt/chrono.h>

namespace so::log {
namespace {

struct Sink {
  std::string tool = "scopewire";
  Level level = Level::kInfo;
  bool json = false;
};

Sink& sink() {
  static Sink the_sink;
  return the_sink;
}

constexpr std::array<std::string_view, 4> kNames{"error", "warn", "info", "debug"};

std::string timestamp() {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)), ms.count());
}

// Bytes below space, DEL and, in JSON, quote and backslash leave as escapes; UTF-8 passes.
std::string escape(std::string_view text, bool json) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += json ? fmt::format("\\u{:04x}", byte) : fmt::format("\\x{:02x}", byte);
    } else if (json && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

void set_name(std::string_view tool) {
  sink().tool = tool;
}
void set_level(Level level) {
  sink().level = level;
}
void set_json(bool json) {
  sink().json = json;
}
bool enabled(Level level) {
  return level <= sink().level;
}

void write(Level level, std::string_view text) {
  const Sink& to = sink();
  const std::string_view name = kNames.at(static_cast<std::size_t>(level));
  const std::string line =
      to.json ? fmt::format("{{\"ts\":\"{}\",\"tool\":\"{}\",\"level\":\"{}\",\"msg\":\"{}\"}}\n",
                            timestamp(), to.tool, name, escape(text, true))
              : fmt::format("{} {} {}: {}\n", timestamp(), to.tool, name, escape(text, false));
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace so::log
