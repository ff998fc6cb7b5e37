#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace so::ingest {

/// What is known of all who come in.
constexpr std::string_view kClaims = R"({"role":"anonymous","door":"rtmp"})";

constexpr std::size_t kMaxQuery = 2048;  // bytes, the token aside
constexpr std::size_t kMaxParameters = 32;
constexpr std::string_view kToken = "token";  // the parameter that has one

/// What a client has proven of itself.
struct Proof {
  std::string claims{};                 // a JSON object; empty: nothing, it is anonymous
  std::optional<WallMillis> expires{};  // nullopt: never
};

/// What is known of a client whose URL or stream name had this query: kClaims, or what it has
/// proven, and of each parameter but `secret` the claim "query.NAME", a string. So no parameter
/// passes for what we know ourselves. The first of equal names holds. Empty: nothing beside
/// kClaims.
Result<std::string> claims_of(std::string_view query, const Proof& proof = {},
                              std::string_view secret = {});

}  // namespace so::ingest
