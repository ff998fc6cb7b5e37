#pragma once

#include <string>
#include <string_view>

#include "bus/reply.h"
#include "net/http.h"

namespace so::gateway {

/// Answers in the words of scopewire.v1, with the status that HTTP has for them.
net::HttpReply json_reply(int status, std::string text);
net::HttpReply refusal(int status, std::string_view code, std::string_view message);
net::HttpReply refusal(const bus::Reply& why);

/// 403 of "denied", ... and 200 of none.
int status_of(std::string_view code);

}  // namespace so::gateway
