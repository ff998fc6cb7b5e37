#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/read.h"

namespace so::policy {

/// What is known of a client: claims, as of a token. Values are compact JSON, which compares as
/// text. A claim that is an array has each of its items.
class Credentials {
 public:
  Credentials() = default;

  /// From {"role":"host","teams":["red","blue"]}. At most kMaxValues values.
  static Result<Credentials> read(json::Element object);

  [[nodiscard]] bool has(std::string_view claim, std::string_view value) const;

  /// The first value of a claim, compact JSON; empty: there is none. Borrowed.
  [[nodiscard]] std::string_view first(std::string_view claim) const;

  /// As they were read, compact JSON.
  [[nodiscard]] const std::string& text() const { return text_; }

  static constexpr std::size_t kMaxValues = 256;

 private:
  struct Claim {
    std::string name;
    std::string value;
  };
  std::vector<Claim> claims_;
  std::string text_ = "{}";
};

}  // namespace so::policy
