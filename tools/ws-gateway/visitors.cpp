#include "visitors.h"

#include <algorithm>

#include "base/ascii.h"
#include "doorway.h"
#include "json/read.h"
#include "json/write.h"

namespace so::gateway {
namespace {

constexpr std::string_view kBearer = "bearer ";
constexpr std::string_view kCookie = "scopewire_token";
constexpr std::size_t kMostKnown = 4096;

policy::Credentials credentials(std::string_view text) {
  json::Parser parser;
  return policy::Credentials::read(parser.parse(text).value()).value();
}

// The value of one cookie in "a=1; b=2".
std::string_view cookie(std::string_view all, std::string_view name) {
  while (!all.empty()) {
    std::string_view one = all.substr(0, all.find(';'));
    all.remove_prefix(std::min(all.size(), one.size() + 1));
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

// The same without that one.
std::string without_cookie(std::string_view all, std::string_view name) {
  std::string rest;
  while (!all.empty()) {
    std::string_view one = all.substr(0, all.find(';'));
    all.remove_prefix(std::min(all.size(), one.size() + 1));
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    if (!cookie(one, name).empty()) continue;
    if (!rest.empty()) rest += "; ";
    rest += one;
  }
  return rest;
}

// A browser adds it to what pages of other sites ask, too: it proves something only where the page
// is one that was named, or none.
std::string_view cookie_token(const net::HttpRequest& request) {
  if (request.welcome != net::Welcome::kNamed) return {};
  return cookie(request.cookie, kCookie);
}

// A scheme is of either case (RFC 9110, 11.1).
bool bears_token(std::string_view authorization) {
  return std::ranges::equal(authorization.substr(0, kBearer.size()), kBearer,
                            [](char a, char b) { return to_lower(a) == b; });
}

// Programs send a header, pages have an address and cookies only.
std::string_view token_of(const net::HttpRequest& request) {
  const std::string_view authorization = request.authorization;
  if (bears_token(authorization)) return authorization.substr(kBearer.size());
  if (const auto token = request.parameter("token"); !token.empty()) return token;
  return cookie_token(request);
}

// What the token claims, and through which door it came: that we know better.
Result<policy::Credentials> read_claims(const std::string& text) {
  json::Parser parser;
  const auto claims = parser.parse(text);
  if (!claims) return fail(claims.error());
  json::Writer out;
  out.object();
  const json::Object members = claims->get_object().value_unsafe();
  for (const auto& [name, value] : members) {
    if (name != "door") out.key(name).raw(json::compact(value));
  }
  out.key("door").string("ws").end();
  const auto whole = parser.parse(out.text());
  if (!whole) return fail(whole.error());
  return policy::Credentials::read(*whole);
}

}  // namespace

Visitors::Visitors() {
  anonymous_.credentials = credentials(kClaims);
}

void Visitors::set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional) {
  verifier_ = std::move(verifier);
  optional_ = optional;
  known_.clear();
}

Result<Visitor> Visitors::of(const net::HttpRequest& request, WallMillis now) {
  if (!verifier_) return anonymous_;
  const std::string token{token_of(request)};
  if (token.empty()) {
    if (optional_) return anonymous_;
    return fail(Code::kRefused, "a token is wanted: Authorization: Bearer, ?token= or the cookie " +
                                    std::string{kCookie});
  }
  return of_token(token, net::Forgeries::source_of(request.peer), now);
}

int Visitors::status_of(const Error& error) {
  return error.code == Code::kLimit ? 429 : 401;
}

bool Visitors::by_cookie(const net::HttpRequest& request) {
  return !bears_token(request.authorization) && request.parameter("token").empty() &&
         !cookie_token(request).empty();
}

net::HttpRequest Visitors::without_token(net::HttpRequest request) {
  request.authorization.clear();
  std::erase_if(request.query, [](const auto& each) { return each.first == "token"; });
  request.cookie = without_cookie(request.cookie, kCookie);
  return request;
}

Result<Visitor> Visitors::of_token(const std::string& token, const std::string& source,
                                   WallMillis now) {
  if (!verifier_) return fail(Code::kRefused, "token: no keys are configured here");
  const auto known = known_.find(token);
  if (known != known_.end() && (!known->second.expires || *known->second.expires > now))
    return known->second;
  const TimePoint before = Clock::now();
  if (!forgeries_.may_come(source, before))
    return fail(Code::kLimit, std::string{net::Forgeries::kTooMany});
  auto visitor = look_at(token, now);
  if (visitor) {
    if (known_.size() >= kMostKnown) known_.clear();
    known_.insert_or_assign(token, *visitor);
  } else if (visitor.error().code == Code::kPeer) {
    const TimePoint after = Clock::now();
    forgeries_.came(source, after - before, after);
  }
  return visitor;
}

Result<Visitor> Visitors::look_at(std::string_view token, WallMillis now) const {
  auto claims = verifier_->verify(token, now);
  if (!claims) return fail(claims.error());
  auto credentials = read_claims(claims->text);
  if (!credentials) return fail(Code::kRefused, "token: " + credentials.error().text);
  return Visitor{*std::move(credentials), std::move(claims->subject), claims->expires, false};
}

void Visitors::admit(net::ConnId id, const Visitor& visitor) {
  closed(id);
  if (visitor.anonymous) return;
  admitted_.emplace(id, Admitted{visitor.user, visitor.expires});
  if (visitor.expires) ends_.emplace(*visitor.expires, id);
}

void Visitors::closed(net::ConnId id) {
  const auto known = admitted_.find(id);
  if (known == admitted_.end()) return;
  if (known->second.expires) ends_.erase({*known->second.expires, id});
  admitted_.erase(known);
}

const std::string& Visitors::user(net::ConnId id) const {
  const auto known = admitted_.find(id);
  return known == admitted_.end() ? anonymous_.user : known->second.user;
}

std::optional<WallMillis> Visitors::expires(net::ConnId id) const {
  const auto known = admitted_.find(id);
  return known == admitted_.end() ? std::nullopt : known->second.expires;
}

std::vector<net::ConnId> Visitors::take_expired(WallMillis now) {
  std::vector<net::ConnId> expired;
  while (!ends_.empty() && ends_.begin()->first + token::kLeeway <= now) {
    expired.push_back(ends_.begin()->second);
    ends_.erase(ends_.begin());
  }
  return expired;
}

}  // namespace so::gateway
