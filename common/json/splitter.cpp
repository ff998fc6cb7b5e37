#include "json/splitter.h"

#include <utility>

#include <fmt/format.h>

namespace so::json {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool ends_scalar(char c) {
  return is_space(c) || std::string_view{",:]}[{\""}.find(c) != std::string_view::npos;
}

}  // namespace

std::optional<Splitter::Piece> Splitter::next() {
  while (!piece_ && at_ < input_.size()) {
    const char c = input_[at_];
    again_ = false;
    step(c);
    if (again_) continue;
    ++at_;
    if (!is_space(c)) line_blank_ = false;
    if (c != '\n') continue;
    ++line_;
    line_blank_ = true;
  }
  if (at_ == input_.size()) {
    input_.clear();
    at_ = 0;
    if (ended_ && !piece_ && scalar_ && closers_.empty()) value_done();
    if (ended_ && !piece_ && !value_.empty()) broken("the value is not complete", '\n');
  }
  return std::exchange(piece_, std::nullopt);
}

void Splitter::step(char c) {
  if (skipping_) return skip(c);
  if (value_.size() >= limits_.bytes)
    return broken(fmt::format("the value is over the limit of {} bytes", limits_.bytes), c);
  if (string_) return step_string(c);
  if (scalar_ && !ends_scalar(c)) {
    value_ += c;
    return;
  }
  if (std::exchange(scalar_, false)) {
    value_done();
    if (piece_) {
      again_ = true;  // what ended it belongs to what follows
      return;
    }
  }
  if (is_space(c)) {
    if (!value_.empty()) value_ += ' ';
    return;
  }
  if (!separates(c)) structure(c);
}

void Splitter::skip(char c) {
  again_ = c == '{' && skipped_ == '}';
  skipping_ = c != '\n' && !again_;
  if (!is_space(c)) skipped_ = c;
}

bool Splitter::separates(char c) const {
  return between_ == Between::kSeparators && value_.empty() && (c == ',' || c == ';' || c == '\0');
}

void Splitter::step_string(char c) {
  if (static_cast<unsigned char>(c) < 0x20) return broken("a string has a control character", c);
  value_ += c;
  if (std::exchange(escape_, false)) return;
  if (c == '\\') escape_ = true;
  if (c != '"') return;
  string_ = false;
  if (std::exchange(key_, false)) {
    expect_ = Expect::kColon;
  } else {
    value_done();
  }
}

void Splitter::structure(char c) {
  const bool end = c == '}' || c == ']';
  switch (expect_) {
    case Expect::kColon:
      if (c != ':') return broken("a key is not followed by a colon", c);
      expect_ = Expect::kValue;
      value_ += c;
      return;
    case Expect::kCommaOrEnd:
      if (end) return close(c);
      if (c != ',') return broken("a comma or a closing bracket is missing", c);
      expect_ = closers_.back() == '}' ? Expect::kKey : Expect::kValue;
      value_ += c;
      return;
    case Expect::kKeyOrEnd:
    case Expect::kValueOrEnd:
      if (end) return close(c);
      break;
    case Expect::kKey:
    case Expect::kValue:
      break;
  }
  begin(c);
}

// A value, or a key, starts with c.
void Splitter::begin(char c) {
  const bool key = expect_ == Expect::kKey || expect_ == Expect::kKeyOrEnd;
  if (key && c != '"') return broken("a key is missing", c);
  if (value_.empty()) begins_ = line_;
  if (c == '{' || c == '[') return open(c);
  if (c != '"' && ends_scalar(c)) return broken("a value is missing", c);
  value_ += c;
  key_ = key;
  string_ = c == '"';
  scalar_ = !string_;
}

void Splitter::open(char c) {
  if (closers_.size() >= limits_.depth)
    return broken(fmt::format("the value is nested deeper than {}", limits_.depth), c);
  value_ += c;
  closers_.push_back(c == '{' ? '}' : ']');
  expect_ = c == '{' ? Expect::kKeyOrEnd : Expect::kValueOrEnd;
}

void Splitter::close(char c) {
  if (closers_.back() != c) return broken("brackets do not match", c);
  value_ += c;
  closers_.pop_back();
  value_done();
}

void Splitter::value_done() {
  expect_ = Expect::kCommaOrEnd;
  if (!closers_.empty()) return;
  const auto value = parser_.parse(value_);
  piece_ =
      value ? Piece{begins_, compact(*value), false} : Piece{begins_, value.error().text, true};
  skipping_ = piece_->broken;
  skipped_ = value_.back();
  restart();
}

// What follows on the line is lost, but a line that cannot go on with what came before may be a
// value of its own.
void Splitter::broken(std::string what, char at) {
  const bool own_line = line_blank_ && !value_.empty() && line_ > begins_;
  piece_ = Piece{value_.empty() ? line_ : begins_, std::move(what), true};
  restart();
  again_ = own_line;
  skipping_ = !own_line && at != '\n';
  skipped_ = at;
}

void Splitter::restart() {
  value_.clear();
  closers_.clear();
  expect_ = Expect::kValue;
  string_ = key_ = escape_ = scalar_ = false;
}

}  // namespace so::json
