#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "json/splitter.h"
#include "nmea/sentence.h"

namespace so::nmea {

/// Cuts a stream of bytes into sentences and makes each a JSON value, as a Splitter does with JSON:
/// a broken one is reported with its line and costs no other. Memory is bounded by kMaxSentence.
/// Empty lines are passed over; a line ends with \r, \n or both.
class Lines {
 public:
  using Piece = json::Splitter::Piece;

  void receive(std::string_view text) { input_ += text; }
  void end() { ended_ = true; }  // nothing more will be received

  /// nullopt: feed me more, or this was all.
  std::optional<Piece> next();

 private:
  std::optional<Piece> line_done();

  std::string input_;
  std::size_t at_ = 0;    // how far input_ has been read
  std::string sentence_;  // one byte more than is allowed when it is too long
  std::size_t line_ = 1;
  bool after_return_ = false;
  bool ended_ = false;
};

}  // namespace so::nmea
