#include "claims.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/utf8.h"
#include "json/read.h"
#include "json/write.h"
#include "token/verify.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kQuery = "query.";

// What the client has said comes under names of its own, and the door we know better.
Status add_proven(std::string_view claims, json::Writer& out) {
  if (claims.empty()) {
    out.key("role").string("anonymous");
    return {};
  }
  json::Parser parser;
  const auto parsed = parser.parse(claims);
  if (!parsed) return fail(parsed.error());
  const json::Object members = parsed->get_object().value_unsafe();
  for (const auto& [name, value] : members) {
    if (name != "door" && !name.starts_with(kQuery)) out.key(name).raw(json::compact(value));
  }
  return {};
}

Status check(const Parameters& parameters) {
  if (parameters.size() > kMaxParameters) {
    return fail(Code::kPeer, fmt::format("the query has over {} parameters", kMaxParameters));
  }
  std::size_t bytes = 0;
  for (const auto& [name, value] : parameters) {
    bytes += name.size() + value.size() + 1;
    if (!is_utf8(as_bytes(name)) || !is_utf8(as_bytes(value))) {
      return fail(Code::kPeer, "the query is not UTF-8");
    }
  }
  if (bytes > kMaxQuery) {
    return fail(Code::kPeer, fmt::format("the query is over {} bytes", kMaxQuery));
  }
  return {};
}

}  // namespace

Result<std::string> claims_of(std::string_view query, const Proof& proof, std::string_view secret) {
  if (query.size() > kMaxQuery + (secret.empty() ? 0 : token::kMaxToken)) {
    return fail(Code::kPeer, fmt::format("the query is over {} bytes", kMaxQuery));
  }
  auto parameters = wire::query_parameters(query);
  std::erase_if(parameters,
                [&](const auto& each) { return !secret.empty() && each.first == secret; });
  if (const auto good = check(parameters); !good) return fail(good.error());
  if (parameters.empty() && proof.claims.empty()) return std::string{};
  json::Writer out;
  out.object();
  if (const auto added = add_proven(proof.claims, out); !added) return fail(added.error());
  out.key("door").string("rtmp");
  std::set<std::string_view> names;
  for (const auto& [name, value] : parameters) {
    if (names.insert(name).second) out.key(std::string{kQuery} + name).string(value);
  }
  return out.end().take();
}

}  // namespace so::ingest
