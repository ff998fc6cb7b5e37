#include "json_reply.h"

#include <algorithm>
#include <array>
#include <utility>

#include "wsproto/reply.h"

namespace so::gateway {
namespace {

constexpr std::array kStatuses{
    std::pair{std::string_view{}, 200},
    std::pair{std::string_view{"bad_json"}, 400},
    std::pair{std::string_view{"bad_request"}, 400},
    std::pair{std::string_view{"bad_path"}, 400},
    std::pair{std::string_view{"unknown_op"}, 400},
    std::pair{std::string_view{"bad_token"}, 401},
    std::pair{std::string_view{"denied"}, 403},
    std::pair{std::string_view{"no_application"}, 404},
    std::pair{std::string_view{"not_joined"}, 404},
    std::pair{std::string_view{"not_found"}, 404},
    std::pair{std::string_view{"no_method"}, 404},
    std::pair{std::string_view{"in_use"}, 409},
    std::pair{std::string_view{"persistence"}, 409},
    std::pair{std::string_view{"gone"}, 410},
    std::pair{std::string_view{"limit"}, 429},
    std::pair{std::string_view{"failed"}, 502},
    std::pair{std::string_view{"hub_lost"}, 503},
    std::pair{std::string_view{"storage"}, 503},
    std::pair{std::string_view{"timeout"}, 504},
};

}  // namespace

int status_of(std::string_view code) {
  const auto* const found = std::find_if(kStatuses.begin(), kStatuses.end(),
                                         [&](const auto& each) { return each.first == code; });
  return found == kStatuses.end() ? 500 : found->second;
}

net::HttpReply json_reply(int status, std::string text) {
  return {.status = status, .content_type = "application/json", .body = std::move(text) + "\n"};
}

net::HttpReply refusal(int status, std::string_view code, std::string_view message) {
  net::HttpReply reply = json_reply(status, wsproto::refused({}, code, message));
  if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

net::HttpReply refusal(const bus::Reply& why) {
  if (why.body.empty()) return refusal(status_of(why.code), why.code, why.message);
  return json_reply(status_of(why.code), wsproto::refused({}, why.body));
}

}  // namespace so::gateway
