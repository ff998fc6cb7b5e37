#include "token_verb.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "json/read.h"
#include "json/write.h"
#include "token/sign.h"
#include "token/verify.h"

namespace so::ctl {
namespace {

constexpr std::size_t kMaxFile = 65536;

std::string claims_of(const TokenPlan& plan, json::Element more, WallMillis now) {
  const auto seconds = [](WallMillis time) {
    return std::chrono::duration_cast<Seconds>(time).count();
  };
  json::Writer claims;
  claims.object();
  if (!plan.sub.empty()) claims.key("sub").string(plan.sub);
  if (!plan.role.empty()) claims.key("role").string(plan.role);
  const json::Object members = more.get_object().value_unsafe();
  for (const auto& [name, value] : members) claims.key(name).raw(json::compact(value));
  if (!json::member(more, "iat")) claims.key("iat").integer(seconds(now));
  if (!json::member(more, "exp")) claims.key("exp").integer(seconds(now + plan.lasting));
  return claims.end().take();
}

}  // namespace

Result<std::string> make_token(const TokenPlan& plan, WallMillis now) {
  if (plan.key.empty()) return fail(Code::kUsage, "--sign-key is missing: the file to sign with");
  const auto key = read_file(plan.key, kMaxFile);
  if (!key) return fail(key.error());
  json::Parser parser;
  const auto more = parser.parse(plan.claims.empty() ? "{}" : plan.claims);
  if (!more || !more->is_object()) return fail(Code::kUsage, "--claims: not a JSON object");
  auto token = token::sign(claims_of(plan, *more, now), *key);
  if (!token) return fail(Code::kUsage, fmt::format("{}: {}", plan.key, token.error().text));
  if (token->size() <= token::kMaxToken) return token;
  return fail(Code::kUsage,
              fmt::format("a token of {} bytes; {} is the limit", token->size(), token::kMaxToken));
}

Result<std::string> read_token(const std::string& file) {
  auto text = read_file(file, kMaxFile);
  if (!text) return text;
  constexpr std::string_view kSpace = " \t\r\n";
  text->erase(0, std::min(text->find_first_not_of(kSpace), text->size()));
  text->erase(text->find_last_not_of(kSpace) + 1);
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (!text->empty() && std::all_of(text->begin(), text->end(), printable)) return text;
  return fail(Code::kUsage, file + " does not hold one token");
}

}  // namespace so::ctl
