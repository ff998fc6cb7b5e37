#include "rtmp/authmod.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <mbedtls/md.h>

#include "base/base64.h"
#include "base/bytes.h"

namespace so::rtmp {
namespace {

constexpr std::array kSchemes{std::pair{std::string_view{"adobe"}, AuthScheme::kAdobe},
                              std::pair{std::string_view{"llnw"}, AuthScheme::kLlnw}};
constexpr std::string_view kAuthmod = "authmod=";

using Md5 = std::array<std::uint8_t, 16>;

Md5 md5(std::string_view text) {
  Md5 sum{};
  const ByteView bytes = as_bytes(text);
  [[maybe_unused]] const int failed =
      mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_MD5), bytes.data(), bytes.size(), sum.data());
  assert(failed == 0);  // only when built without MD5
  return sum;
}

std::string md5_base64(const std::string& text) {
  return to_base64(md5(text));
}
std::string md5_hex(const std::string& text) {
  return fmt::format("{:02x}", fmt::join(md5(text), ""));
}

std::string adobe_response(const AuthWords& words, std::string_view salt,
                           std::string_view password) {
  const std::string inner = md5_base64(fmt::format("{}{}{}", words.user, salt, password));
  return md5_base64(inner + words.ticket + words.challenge);
}

std::string llnw_response(const AuthWords& words, std::string_view app, std::string_view password) {
  const std::string_view instance = app.find('/') == std::string_view::npos ? "/_definst_" : "";
  const std::string who = md5_hex(fmt::format("{}:live:{}", words.user, password));
  const std::string what = md5_hex(fmt::format("publish:/{}{}", app, instance));
  return md5_hex(
      fmt::format("{}:{}:{}:{}:auth:{}", who, words.ticket, words.count, words.challenge, what));
}

// The values of "a=1&b=2", as they are: encoders escape nothing, and Base64 has a '='.
std::string value_of(std::string_view words, std::string_view name) {
  while (!words.empty()) {
    const std::string_view pair = words.substr(0, words.find('&'));
    words.remove_prefix(std::min(pair.size() + 1, words.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) == name && equals < pair.size())
      return std::string{pair.substr(equals + 1)};
  }
  return {};
}

std::optional<AuthScheme> scheme_named(std::string_view name) {
  const auto* found = std::ranges::find(kSchemes, name, &decltype(kSchemes)::value_type::first);
  return found == kSchemes.end() ? std::nullopt : std::optional{found->second};
}

std::string words_of(const AuthWords& words) {
  const bool adobe = words.scheme == AuthScheme::kAdobe;
  std::string text = fmt::format("?authmod={}&user={}", to_text(words.scheme), words.user);
  if (words.response.empty()) return text;
  text +=
      adobe ? fmt::format("&challenge={}", words.challenge)
            : fmt::format("&nonce={}&cnonce={}&nc={}", words.ticket, words.challenge, words.count);
  text += fmt::format("&response={}", words.response);
  return adobe && !words.ticket.empty() ? text + "&opaque=" + words.ticket : text;
}

}  // namespace

std::string_view to_text(AuthScheme scheme) {
  return kSchemes.at(static_cast<std::size_t>(scheme)).first;
}

AppAndAuth split_auth(std::string_view app) {
  const std::size_t at = app.find(kAuthmod);
  const bool begins =
      at != std::string_view::npos && at > 0 && (app[at - 1] == '?' || app[at - 1] == '&');
  if (!begins) return {std::string{app}};
  const std::string_view words = app.substr(at);
  const auto scheme = scheme_named(value_of(words, "authmod"));
  AppAndAuth split{std::string{app.substr(0, at - 1)}};
  if (!scheme) return split;
  const bool adobe = *scheme == AuthScheme::kAdobe;
  split.words = AuthWords{.scheme = *scheme,
                          .user = value_of(words, "user"),
                          .ticket = value_of(words, adobe ? "opaque" : "nonce"),
                          .challenge = value_of(words, adobe ? "challenge" : "cnonce"),
                          .count = value_of(words, "nc"),
                          .response = value_of(words, "response")};
  return split;
}

std::string auth_response(const AuthWords& words, std::string_view salt, std::string_view app,
                          std::string_view password) {
  return words.scheme == AuthScheme::kAdobe ? adobe_response(words, salt, password)
                                            : llnw_response(words, app, password);
}

Result<std::string> auth_answer(std::string_view description, std::string_view app,
                                std::string_view user, std::string_view password,
                                std::string_view challenge) {
  const auto says = [&](std::string_view words) {
    return description.find(words) != std::string_view::npos;
  };
  if (says("?reason=authfailed") || says("?reason=nosuchuser"))
    return fail(Code::kRefused, "user or password are wrong");
  AuthWords words{.user = std::string{user}};
  if (says("authmod=llnw") && !says("authmod=adobe")) {
    words.scheme = AuthScheme::kLlnw;
  } else if (!says("authmod=adobe")) {
    return fail(Code::kRefused, std::string{description});
  }
  if (says("code=403 need auth")) return words_of(words);
  const std::size_t at = description.find("?reason=needauth");
  if (at == std::string_view::npos) return fail(Code::kRefused, std::string{description});
  const std::string_view asked = description.substr(at + 1);
  const bool adobe = words.scheme == AuthScheme::kAdobe;
  words.ticket = value_of(asked, adobe ? "opaque" : "nonce");
  if (adobe && words.ticket.empty()) words.ticket = value_of(asked, "challenge");
  words.challenge = challenge;
  words.count = "00000001";
  words.response = auth_response(words, value_of(asked, "salt"), app, password);
  return words_of(words);
}

}  // namespace so::rtmp
