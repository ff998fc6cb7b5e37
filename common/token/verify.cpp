#include "token/verify.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "json/read.h"
#include "json/write.h"

namespace so::token {
namespace {

constexpr json::Limits kLimits{.bytes = kMaxToken, .depth = 16};
constexpr std::size_t kMaxSubject = 255;

tl::unexpected<Error> refuse(std::string why) {
  return fail(Code::kRefused, "token: " + std::move(why));
}

/// base64url of an object in which every name is once.
class Part {
 public:
  static Result<Part> read(std::string_view name, std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes) return refuse(fmt::format("its {} is not base64url", name));
    Part part;
    const auto value = part.parser_->parse(as_text(*bytes));
    if (!value || !value->is_object()) {
      return refuse(fmt::format("its {} is not a JSON object", name));
    }
    part.value_ = *value;
    std::set<std::string_view> names;
    const json::Object members = value->get_object().value_unsafe();
    for (const auto& [key, member] : members) {
      if (!names.insert(key).second) return refuse(fmt::format("\"{}\" is there twice", key));
    }
    return part;
  }
  [[nodiscard]] json::Element value() const { return value_; }

 private:
  Part() : parser_(std::make_unique<json::Parser>(kLimits)) {}
  std::unique_ptr<json::Parser> parser_;  // whose memory the value borrows
  json::Element value_;
};

struct Pieces {
  std::string_view header, payload, signature;
  std::string_view signed_text;
};

Result<Pieces> split(std::string_view token) {
  if (token.size() > kMaxToken) {
    return refuse(fmt::format("of {} bytes is over the limit of {}", token.size(), kMaxToken));
  }
  const std::size_t one = token.find('.');
  const std::size_t two = one == std::string_view::npos ? one : token.find('.', one + 1);
  if (two == std::string_view::npos || token.find('.', two + 1) != std::string_view::npos) {
    return refuse("it is not three parts with dots between them");
  }
  return Pieces{token.substr(0, one), token.substr(one + 1, two - one - 1), token.substr(two + 1),
                token.substr(0, two)};
}

Result<void> check_signature(const Pieces& pieces, json::Element header, const Keys& keys) {
  if (json::member(header, "crit")) return refuse("it has a crit header, of which none is known");
  const std::string_view name = json::text(header, "alg").value_or("");
  const auto algorithm = algorithm_named(name);
  if (!algorithm) return refuse(fmt::format("alg \"{}\" is not HS256, RS256 or ES256", name));
  const std::string_view id = json::text(header, "kid").value_or("");
  const auto signature = from_base64url(pieces.signature);
  if (!signature) return refuse("its signature is not base64url");
  bool tried = false;
  for (const Key& key : keys) {
    if (key.algorithm() != *algorithm) continue;
    if (!id.empty() && !key.id().empty() && key.id() != id) continue;
    tried = true;
    if (key.verify(pieces.signed_text, *signature)) return {};
  }
  if (tried) {
    const bool by_public_key = *algorithm != Algorithm::kHs256;
    return fail(by_public_key ? Code::kPeer : Code::kRefused, "token: the signature is wrong");
  }
  if (id.empty()) return refuse(fmt::format("there is no key for {}", name));
  return refuse(fmt::format("there is no key \"{}\" for {}", id, name));
}

// Seconds since 1970, with or without a fraction.
Result<std::optional<WallMillis>> date(json::Element claims, std::string_view name) {
  constexpr double kLatest = 253402300800;  // the year 10000
  constexpr double kThousand = 1000;
  if (!json::member(claims, name)) return std::nullopt;
  const auto seconds = json::number(claims, name);
  if (!seconds || !(*seconds >= 0 && *seconds < kLatest)) {
    return refuse(fmt::format("\"{}\" is no date", name));
  }
  return WallMillis{static_cast<std::int64_t>(std::floor(*seconds * kThousand))};
}

std::int64_t seconds(Millis span) {
  return std::chrono::duration_cast<Seconds>(span).count();
}

// Answers when it expires.
Result<std::optional<WallMillis>> check_dates(json::Element claims, Seconds leeway,
                                              WallMillis now) {
  const auto before = date(claims, "nbf");
  if (!before) return fail(before.error());
  auto expires = date(claims, "exp");
  if (!expires) return expires;
  if (*before && **before > now + leeway) {
    return refuse(fmt::format("it is good in {} s from now", seconds(**before - now)));
  }
  if (*expires && **expires + leeway <= now) {
    return refuse(fmt::format("it expired {} s ago", seconds(now - **expires)));
  }
  return expires;
}

bool names_audience(json::Element audience, std::string_view wanted) {
  if (audience.is_string()) return audience.get_string().value_unsafe() == wanted;
  if (!audience.is_array()) return false;
  const json::Array items = audience.get_array().value_unsafe();
  return std::any_of(items.begin(), items.end(), [&](json::Element item) {
    return item.is_string() && item.get_string().value_unsafe() == wanted;
  });
}

Result<void> check_parties(json::Element claims, const Expected& expected) {
  if (!expected.issuer.empty() && json::text(claims, "iss") != expected.issuer) {
    return refuse("it is of another issuer (iss)");
  }
  const auto audience = json::member(claims, "aud");
  if (expected.audience.empty() && !audience) return {};
  if (!expected.audience.empty() && audience && names_audience(*audience, expected.audience)) {
    return {};
  }
  return refuse("it is for another audience (aud)");
}

Result<std::string> subject_of(json::Element claims) {
  if (!json::member(claims, "sub")) return std::string{};
  const auto subject = json::text(claims, "sub");
  if (!subject || subject->empty() || subject->size() > kMaxSubject ||
      std::any_of(subject->begin(), subject->end(), is_control)) {
    return refuse("\"sub\" is not 1 to 255 bytes of text without control characters");
  }
  return std::string{*subject};
}

void append_words(json::Writer& to, std::string_view words) {
  to.array();
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    if (space > 0) to.string(words.substr(0, space));
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  to.end();
}

Result<std::string> policy_claims(json::Element claims) {
  json::Writer out;
  out.object();
  const auto role = json::member(claims, "role");
  const auto roles = json::member(claims, "roles");
  out.key("role");
  if (role || roles) {
    out.raw(json::compact(role ? *role : *roles));
  } else {
    out.string("user");
  }
  const json::Object members = claims.get_object().value_unsafe();
  for (const auto& [name, value] : members) {
    if (name == "exp" || name == "nbf" || name == "iat" || name == "jti" || name == "aud" ||
        name == "role") {
      continue;
    }
    out.key(name);
    if (name == "scope" && value.is_string()) {
      append_words(out, value.get_string().value_unsafe());
    } else {
      out.raw(json::compact(value));
    }
  }
  std::string text = out.end().take();
  if (text.size() <= kMaxClaims) return text;
  return refuse(
      fmt::format("claims of {} bytes are over the limit of {}", text.size(), kMaxClaims));
}

}  // namespace

Result<Claims> verify(std::string_view token, const Keys& keys, const Expected& expected,
                      WallMillis now) {
  const auto pieces = split(token);
  if (!pieces) return fail(pieces.error());
  const auto header = Part::read("header", pieces->header);
  if (!header) return fail(header.error());
  if (auto good = check_signature(*pieces, header->value(), keys); !good) return fail(good.error());
  const auto payload = Part::read("payload", pieces->payload);
  if (!payload) return fail(payload.error());
  const auto expires = check_dates(payload->value(), expected.leeway, now);
  if (!expires) return fail(expires.error());
  if (auto good = check_parties(payload->value(), expected); !good) return fail(good.error());
  auto subject = subject_of(payload->value());
  if (!subject) return fail(subject.error());
  auto text = policy_claims(payload->value());
  if (!text) return fail(text.error());
  return Claims{*std::move(subject), *expires, *std::move(text)};
}

}  // namespace so::token
