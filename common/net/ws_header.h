#pragma once

#include <string>
#include <string_view>

#include <libwebsockets.h>

namespace so::net {

// Headers that libwebsockets has read, of a request or of the answer to ours; all of them fit into
// the buffer of its context. Empty: there is none.

std::string header(lws* wsi, lws_token_indexes token);
/// One that the library has no number for; `name` in small letters, with its colon.
std::string other_header(lws* wsi, std::string_view name);
bool has_header(lws* wsi, lws_token_indexes token);  // and it is not empty

}  // namespace so::net
