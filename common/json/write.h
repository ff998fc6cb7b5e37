#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace so::json {

/// Quoted and escaped. The text must be UTF-8; quotes, backslashes and controls are escaped, the
/// rest leaves as it is.
void append_string(std::string& out, std::string_view text);
/// The shortest digits that read back to the same double; whole numbers below 2^53 have no ".0".
/// JSON has no NaN and no infinity: they become null.
void append_number(std::string& out, double value);
void append_number(std::string& out, std::int64_t value);
void append_number(std::string& out, std::uint64_t value);

/// Writes compact JSON in one pass; commas are its business, balance is the caller's.
///     Writer w; w.object().key("id").number(7).key("ok").boolean(true).end();
class Writer {
 public:
  Writer& object() { return open('{', '}'); }
  Writer& array() { return open('[', ']'); }
  Writer& end();
  Writer& key(std::string_view name);
  Writer& string(std::string_view text);
  Writer& number(double value);
  Writer& integer(std::int64_t value);
  Writer& natural(std::uint64_t value);
  Writer& boolean(bool value);
  Writer& null();
  Writer& raw(std::string_view json);  // already JSON

  /// The text so far, moved out; the writer starts anew.
  std::string take();
  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  Writer& open(char opening, char closing);
  void separate();

  std::string out_;
  std::vector<char> closers_;
  bool comma_ = false;
};

}  // namespace so::json
