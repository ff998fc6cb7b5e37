#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/read.h"

namespace so::json {

/// Cuts a stream of text into JSON values: one a line, one after the other, or over several lines.
/// What is broken is reported with its line and skipped, at the first byte that cannot be JSON: the
/// next line is read as if nothing had happened. Memory is bounded by Limits::bytes for one value.
class Splitter {
 public:
  struct Piece {
    std::size_t line = 1;  // where it begins
    std::string text;      // a valid value in compact form; of a broken one, what is wrong with it
    bool broken = false;
  };

  explicit Splitter(Limits limits = {}) : limits_(limits), parser_(limits) {}

  void receive(std::string_view text) { input_ += text; }
  void end() { ended_ = true; }  // nothing more will be received

  /// nullopt: feed me more, or this was all.
  std::optional<Piece> next();

 private:
  enum class Expect { kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kCommaOrEnd };

  void step(char c);
  void step_string(char c);
  void structure(char c);
  void begin(char c);
  void open(char c);
  void close(char c);
  void value_done();
  void broken(std::string what, char at);
  void restart();

  Limits limits_;
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
  bool skipping_ = false;   // to the end of a line
  bool line_blank_ = true;  // nothing but white space on this line yet
  std::size_t line_ = 1;
  std::size_t begins_ = 1;      // the line of value_
  std::optional<Piece> piece_;  // found by step()
};

}  // namespace so::json
