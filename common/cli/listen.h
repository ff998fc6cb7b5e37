#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::cli {

/// An address to listen on: HOST:PORT or HOST:PORT/STREAM, as 127.0.0.1:1935 or
/// [::1]:8210/live/cam.
struct Listen {
  std::string host;        // an IP address
  std::uint16_t port = 0;  // 0: any free one
  std::string stream;      // for connections that name none; may be empty
  bool operator==(const Listen&) const = default;
};

/// `localhost` is 127.0.0.1; other names are refused: what they mean may change.
Result<Listen> parse_listen(std::string_view text);
std::string show_listen(const Listen& listen);

[[nodiscard]] bool is_loopback(const Listen& listen);

/// The rule that keeps an unconfigured tool private: only loopback, unless whoever started it said
/// that everybody may come in.
Status may_listen(const Listen& listen, bool allow_anonymous);

}  // namespace so::cli
