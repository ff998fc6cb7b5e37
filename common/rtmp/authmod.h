#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::rtmp {

// User and password of encoders, which RTMP does not have. A server refuses a connect and says so
// in the description; the encoder connects again with its user behind the app, is refused again
// with a challenge, and connects once more with the answer to it. Not the password travels but MD5
// sums of it and of the challenge: who listens can guess at it, so it wants rtmps.
//
//   code=403 need auth; authmod=adobe
//   live?authmod=adobe&user=ann
//   authmod=adobe … ?reason=needauth&user=ann&salt=S&challenge=C&opaque=O
//   live?authmod=adobe&user=ann&challenge=C2&response=R&opaque=O

enum class AuthScheme {
  kAdobe,  // of FMLE: R = b64(md5(b64(md5(user + S + password)) + O + C2))
  kLlnw,   // of Limelight: HTTP's digest (RFC 2617) with nonce, cnonce and nc, realm "live"
};
std::string_view to_text(AuthScheme scheme);

/// What an app says of it.
struct AuthWords {
  AuthScheme scheme{};
  std::string user{};
  std::string ticket{};     // that it was given and gives back: opaque, nonce
  std::string challenge{};  // its own: challenge, cnonce
  std::string count{};      // nc
  std::string response{};   // empty: it asks for a ticket
  bool operator==(const AuthWords&) const = default;
};

/// An app, and what of it was not for the path: encoders put their words behind what the app has
/// already, with a question mark of their own. A scheme that nobody knows is no words.
struct AppAndAuth {
  std::string app;
  std::optional<AuthWords> words{};
};
AppAndAuth split_auth(std::string_view app);

/// What a good answer has as its response; `salt` is of kAdobe, `app` of kLlnw.
std::string auth_response(const AuthWords& words, std::string_view salt, std::string_view app,
                          std::string_view password);

/// The client's side: what to put behind the app when a connect to it was refused with this
/// description; the challenge is the client's own, eight hexadecimal digits. An error: the server
/// does not know us, or wants nothing of this kind.
Result<std::string> auth_answer(std::string_view description, std::string_view app,
                                std::string_view user, std::string_view password,
                                std::string_view challenge);

}  // namespace so::rtmp
