#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "amf/value.h"
#include "base/cursor.h"
#include "base/result.h"

namespace so::amf {

/// A body while its values are read: the bytes, what may still be spent, and the first error.
/// Readers need not look after every field: after an error the cursor yields zeros and ok() ends
/// their loops. Offsets in the errors count from the start of the cursor.
class Source {
 public:
  Source(Cursor& in, const Limits& limits) : in_(&in), limits_(limits) {}

  [[nodiscard]] Cursor& in() const { return *in_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] bool ok() const { return !error_ && in_->ok(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  /// One more value begins here, with `depth` values around it.
  bool enter(std::string_view what, std::size_t depth) {
    if (!ok() || in_->left() == 0) return refuse(what, in_->at(), kEnds);
    if (depth > limits_.depth) {
      return refuse(what, in_->at(), fmt::format("nested deeper than {}", limits_.depth),
                    Code::kLimit);
    }
    if (++nodes_ > limits_.nodes) {
      return refuse(what, in_->at(), fmt::format("more than {} values", limits_.nodes),
                    Code::kLimit);
    }
    return true;
  }

  /// The value that began at `at` has been read: were all its bytes there?
  void leave(std::string_view what, std::size_t at) {
    if (!in_->ok()) refuse(what, at, kEnds);
  }

  /// Can `count` things of at least `smallest` bytes each be in what is left?
  bool believe(std::size_t count, std::size_t smallest, std::string_view what, std::size_t at) {
    if (count <= in_->left() / smallest) return true;
    return refuse(what, at, fmt::format("{} items in {} bytes", count, in_->left()));
  }

  /// May a reference stand for `bytes` more bytes of text? Else few bytes would become many.
  bool repeat(std::size_t bytes, std::string_view what, std::size_t at) {
    repeated_ += bytes;
    if (repeated_ <= limits_.repeated) return true;
    return refuse(what, at, fmt::format("references to more than {} bytes", limits_.repeated),
                  Code::kLimit);
  }

  /// Remembers the error if it is the first; always false.
  bool refuse(std::string_view what, std::size_t at, std::string_view why,
              Code code = Code::kPeer) {
    if (!error_) error_ = Error{code, fmt::format("{} at offset {}: {}", what, at, why)};
    in_->fail();
    return false;
  }

 private:
  static constexpr std::string_view kEnds = "the body ends too early";

  Cursor* in_;
  Limits limits_;
  std::size_t nodes_ = 0;
  std::size_t repeated_ = 0;
  std::optional<Error> error_;
};

}  // namespace so::amf
