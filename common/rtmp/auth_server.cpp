#include "rtmp/auth_server.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/number.h"
#include "base/secret.h"
#include "rtmp/digest.h"

namespace so::rtmp {
namespace {

constexpr std::size_t kNumber = 16;     // hexadecimal digits
constexpr std::size_t kMaxUser = 255;   // bytes
constexpr std::size_t kSignature = 16;  // bytes

std::string refusal(AuthScheme scheme, std::string_view reason) {
  return fmt::format("[ AccessManager.Reject ] : [ authmod={} ] : ?reason={}", to_text(scheme),
                     reason);
}

std::uint64_t millis(TimePoint time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<Millis>(time.time_since_epoch()).count());
}

}  // namespace

AuthServer::AuthServer(const Options& options, Bytes secret, Passwords passwords)
    : options_(options), secret_(std::move(secret)), passwords_(std::move(passwords)) {}

Result<std::string> AuthServer::check(const AppAndAuth& app, std::string_view where,
                                      TimePoint now) {
  if (!app.words) {
    return fail(Code::kRefused,
                fmt::format("[ AccessManager.Reject ] : [ code=403 need auth; authmod={} ] : ",
                            to_text(options_.scheme)));
  }
  const AuthWords& words = *app.words;
  const std::string wrong = refusal(words.scheme, "authfailed");
  if (words.user.empty() || words.user.size() > kMaxUser) return fail(Code::kRefused, wrong);
  if (words.response.empty()) return fail(Code::kRefused, ask(words, where, now));
  if (!may_try(where, now)) return fail(Code::kRefused, wrong);
  // All is computed in any case: how long it takes tells nothing.
  const auto password = passwords_(words.user);
  const std::string right =
      auth_response(words, salt_of(words.user), app.app, password.value_or(""));
  const bool answers = equal_secrets(as_bytes(right), as_bytes(words.response));
  if (take_ticket(words, where, now) && answers && password) return words.user;
  failed(where, now);
  return fail(Code::kRefused, wrong);
}

std::string AuthServer::ask(const AuthWords& words, std::string_view where, TimePoint now) {
  const std::string head = fmt::format("{:016x}{:016x}", ++last_, millis(now + options_.ticket));
  const std::string ticket = head + sign(head, words.user, where);
  const std::string asked = refusal(words.scheme, "needauth") + "&user=" + words.user;
  if (words.scheme == AuthScheme::kLlnw) return asked + "&nonce=" + ticket;
  return fmt::format("{}&salt={}&challenge={}&opaque={}", asked, salt_of(words.user),
                     ticket.substr(2 * kNumber), ticket);
}

// What is signed has a length before each part: no two of them run together.
std::string AuthServer::sign(std::string_view head, std::string_view user,
                             std::string_view where) const {
  const std::string text = fmt::format("{}:{}:{}:{}", head, user.size(), user, where);
  const Digest digest = hmac_sha256(secret_, as_bytes(text));
  return to_base64url(ByteView{digest}.first(kSignature));
}

// Of each user always the same, also of one that does not exist.
std::string AuthServer::salt_of(std::string_view user) const {
  return sign("salt", user, "");
}

bool AuthServer::take_ticket(const AuthWords& words, std::string_view where, TimePoint now) {
  const std::string_view ticket = words.ticket;
  if (ticket.size() < 2 * kNumber) return false;
  const std::string_view head = ticket.substr(0, 2 * kNumber);
  const std::string ours = sign(head, words.user, where);
  if (!equal_secrets(as_bytes(ours), as_bytes(ticket.substr(2 * kNumber)))) return false;
  const auto id = parse_number<std::uint64_t>(head.substr(0, kNumber), 16);
  const auto until = parse_number<std::uint64_t>(head.substr(kNumber), 16);
  if (!id || !until || *until <= millis(now)) return false;
  std::erase_if(answered_, [now](const auto& each) { return each.second <= now; });
  if (answered_.size() >= options_.remembered) return false;
  return answered_.emplace(*id, now + options_.ticket).second;
}

bool AuthServer::may_try(std::string_view where, TimePoint now) {
  const auto known = failures_.find(where);
  return known == failures_.end() || known->second.until <= now ||
         known->second.count < options_.failures;
}

void AuthServer::failed(std::string_view where, TimePoint now) {
  std::erase_if(failures_, [now](const auto& each) { return each.second.until <= now; });
  auto known = failures_.find(where);
  if (known == failures_.end()) {
    if (failures_.size() >= options_.remembered) return;  // from everywhere: counting helps nobody
    known = failures_.emplace(where, Failures{0, now + options_.window}).first;
  }
  ++known->second.count;
}

}  // namespace so::rtmp
