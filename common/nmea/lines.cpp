#include "nmea/lines.h"

#include <algorithm>
#include <utility>

namespace so::nmea {

std::optional<Lines::Piece> Lines::next() {
  while (at_ < input_.size()) {
    const char c = input_[at_++];
    const bool same_end = c == '\n' && std::exchange(after_return_, false);
    if (same_end) continue;
    after_return_ = c == '\r';
    if (c != '\r' && c != '\n') {
      if (sentence_.size() <= kMaxSentence) sentence_ += c;
    } else if (auto piece = line_done()) {
      return piece;
    }
  }
  input_.clear();
  at_ = 0;
  return ended_ ? line_done() : std::nullopt;
}

std::optional<Lines::Piece> Lines::line_done() {
  const std::size_t line = line_++;
  const std::string sentence = std::exchange(sentence_, {});
  if (sentence.find_first_not_of(' ') == std::string::npos) return std::nullopt;
  auto json = to_json(sentence);
  if (!json) return Piece{line, std::move(json.error().text), true};
  return Piece{line, *std::move(json), false};
}

}  // namespace so::nmea
