#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/read.h"

namespace so::json {

/// Cuts a stream of text into JSON values: one a line, one after the other, or over several lines.
/// What is broken is reported with its line and skipped, from the first byte that cannot be JSON to
/// the end of the line, or to where an object begins right behind a closing brace, as never within
/// a value. Memory is bounded by Limits::bytes for one value.
class Splitter {
 public:
  struct Piece {
    std::size_t line = 1;  // where it begins
    std::string text;      // a valid value in compact form; of a broken one, what is wrong with it
    bool broken = false;
  };

  /// What may stand between two values beside white space.
  enum class Between { kNothing, kSeparators };  // comma, semicolon, NUL

  explicit Splitter(Limits limits = {}, Between between = Between::kNothing)
      : limits_(limits), between_(between), parser_(limits) {}

  void receive(std::string_view text) { input_ += text; }
  void end() { ended_ = true; }  // nothing more will be received

  /// nullopt: feed me more, or this was all.
  std::optional<Piece> next();

 private:
  enum class Expect { kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kCommaOrEnd };

  void step(char c);
  void step_string(char c);
  void skip(char c);
  [[nodiscard]] bool separates(char c) const;
  void structure(char c);
  void begin(char c);
  void open(char c);
  void close(char c);
  void value_done();
  void broken(std::string what, char at);
  void restart();

  Limits limits_;
  Between between_;
  Parser parser_;
  std::string input_;
  std::size_t at_ = 0;  // how far input_ has been read
  bool ended_ = false;

  std::string value_;          // what has been read of the present value
  std::vector<char> closers_;  // of its open containers
  Expect expect_ = Expect::kValue;
  bool string_ = false;     // inside one
  bool key_ = false;        // and it is a key
  bool escape_ = false;     // after a backslash
  bool scalar_ = false;     // inside a number or a word
  bool again_ = false;      // the byte in hand is looked at once more
  bool skipping_ = false;   // what is left of a broken value
  char skipped_ = 0;        // the last of it but white space
  bool line_blank_ = true;  // nothing but white space on this line yet
  std::size_t line_ = 1;
  std::size_t begins_ = 1;      // the line of value_
  std::optional<Piece> piece_;  // found by step()
};

}  // namespace so::json
