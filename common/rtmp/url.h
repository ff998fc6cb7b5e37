#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::rtmp {

/// What a client means by its app and stream name together. Clients cut one URL in different
/// places ("a/b" + "c", "a" + "b/c"), so nothing may depend on where.
struct StreamPath {
  std::string path;   // "live/cam": no slash at either end, none doubled, never percent-decoded
  std::string query;  // "key=1&user=2": the name's part first; the first of equal keys holds
  bool operator==(const StreamPath&) const = default;
};

constexpr std::size_t kMaxPathBytes = 255;

/// Joins them and takes the queries off. Refuses an empty path, segments "." and "..", control
/// characters, and a path over kMaxPathBytes.
Result<StreamPath> join_path(std::string_view app, std::string_view name = {});

/// rtmp://user:word@host:port/app/name?query
struct Url {
  bool secure = false;  // rtmps
  std::string user_info;
  std::string host;  // an IPv6 address without its brackets
  std::uint16_t port = 1935;
  std::string path;  // all behind the host's slash, query included

  bool operator==(const Url&) const = default;
};

/// Ports default to 1935, and 443 with rtmps. The error names what is wrong.
Result<Url> parse_url(std::string_view text);

/// Where a client cuts: the last segment of the path is the stream's name, with the query if it
/// stands behind it.
struct AppAndName {
  std::string app;
  std::string name;
  bool operator==(const AppAndName&) const = default;
};
AppAndName split_path(std::string_view path);

/// The tcUrl of connect: scheme, host, port unless it is the default, app. Without user_info.
std::string tc_url(const Url& url, std::string_view app);

}  // namespace so::rtmp
