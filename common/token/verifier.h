#pragma once

#include <utility>

#include "token/verify.h"

namespace so::token {

/// All that it takes to check tokens, as it was configured; never changes.
class Verifier {
 public:
  Verifier(Keys keys, Expected expected) : keys_(std::move(keys)), expected_(std::move(expected)) {}

  [[nodiscard]] Result<Claims> verify(std::string_view token, WallMillis now) const {
    return token::verify(token, keys_, expected_, now);
  }
  [[nodiscard]] std::size_t keys() const { return keys_.size(); }

 private:
  Keys keys_;
  Expected expected_;
};

}  // namespace so::token
