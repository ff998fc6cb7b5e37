#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace so::hub {

/// Why a request is refused; the codes of scopewire-bus(7), ERRORS.
enum class Why {
  kBadRequest,
  kBadPath,
  kUnknownTool,
  kVersion,
  kNoApplication,
  kNotJoined,
  kNotFound,
  kInUse,
  kPersistence,
  kLimit,
  kDenied,
  kStorage,
  kNoMethod,
  kTimeout,
  kGone,
  kFailed,
};

std::string_view to_text(Why why);

struct Refusal {
  Why why;
  std::string text;       // doing what, to what, why
  std::string details{};  // a JSON object whose members join those of the error; empty: none
};

/// What a request comes to.
template <class T>
using Outcome = Result<T, Refusal>;

inline tl::unexpected<Refusal> refuse(Why why, std::string text) {
  return fail(Refusal{why, std::move(text)});
}

/// The body of an error reply.
std::string error_body(const Refusal& refusal);

}  // namespace so::hub
