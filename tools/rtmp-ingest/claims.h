#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::ingest {

/// What is known of all who come in.
constexpr std::string_view kClaims = R"({"role":"anonymous","door":"rtmp"})";

constexpr std::size_t kMaxQuery = 2048;  // bytes
constexpr std::size_t kMaxParameters = 32;

/// What is known of a client whose URL or stream name had this query: kClaims, and of each
/// parameter the claim "query.NAME", a string. So no parameter passes for what we know ourselves.
/// The first of equal names holds. Empty: there are no parameters.
Result<std::string> claims_of(std::string_view query);

}  // namespace so::ingest
