#include "wsproto/sse.h"

#include <fmt/format.h>

#include "base/number.h"
#include "wire/member.h"

namespace so::wsproto {
namespace {

constexpr std::size_t kEpoch = 16;

// EPOCH-VERSION or -
std::optional<Position> read_position(std::string_view text) {
  if (text == "-") return Position{};
  if (text.size() < kEpoch + 2 || text[kEpoch] != '-') return std::nullopt;
  const auto epoch = wire::from_hex64(text.substr(0, kEpoch));
  if (!epoch || *epoch == 0) return std::nullopt;
  const auto version = parse_number<std::uint64_t>(text.substr(kEpoch + 1));
  if (!version) return std::nullopt;
  return Position{.epoch = *epoch, .version = *version};
}

}  // namespace

std::string sse_event(std::string_view id, std::string_view data) {
  std::string text;
  text.reserve(id.size() + data.size() + 16);
  if (!id.empty()) text.append("id: ").append(id) += '\n';
  text += "data: ";
  for (const char c : data) {
    if (c == '\n') text += "\ndata: ";
    if (c != '\n' && c != '\r') text += c;
  }
  return text += "\n\n";
}

std::string sse_retry(Millis after) {
  return fmt::format("retry: {}\n\n", after.count());
}

std::string positions_text(std::span<const Position> positions) {
  std::string text;
  for (const Position& each : positions) {
    if (!text.empty()) text += ',';
    text += each.epoch == 0 ? "-" : fmt::format("{}-{}", wire::hex64(each.epoch), each.version);
  }
  return text;
}

std::optional<std::vector<Position>> read_positions(std::string_view text, std::size_t count) {
  std::vector<Position> positions;
  while (positions.size() < count) {
    const std::string_view one = text.substr(0, text.find(','));
    const auto position = read_position(one);
    const bool last = positions.size() + 1 == count;
    if (!position || last != (one.size() == text.size())) return std::nullopt;
    positions.push_back(*position);
    text.remove_prefix(last ? one.size() : one.size() + 1);
  }
  return positions;
}

}  // namespace so::wsproto
