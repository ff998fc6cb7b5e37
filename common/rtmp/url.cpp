#include "rtmp/url.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/number.h"

namespace so::rtmp {
namespace {

constexpr std::uint16_t kPort = 1935;
constexpr std::uint16_t kSecurePort = 443;

struct Parts {
  std::string_view before;
  std::string_view after;
};

// Around the first separator; all is before where there is none.
Parts cut(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

Status append_segments(std::string& path, std::string_view text) {
  while (!text.empty()) {
    const auto [segment, rest] = cut(text, '/');
    text = rest;
    if (segment.empty()) continue;
    if (segment == "." || segment == "..") {
      return fail(Code::kPeer, fmt::format("path: a segment is '{}'", segment));
    }
    if (!path.empty()) path += '/';
    path += segment;
  }
  return {};
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = parse_number<std::uint16_t>(text);
  if (!port || *port == 0) return fail(Code::kUsage, fmt::format("'{}' is no port", text));
  return *port;
}

// host, host:port, [::1]:port
Status parse_authority(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto [host, rest] = cut(text.substr(1), ']');
    url.host = host;
    if (!rest.empty() && rest.front() != ':') return fail(Code::kUsage, "junk behind the address");
    port = rest;
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    url.host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (url.host.empty()) return fail(Code::kUsage, "the host is missing");
  url.port = url.secure ? kSecurePort : kPort;
  if (port.empty()) return {};
  const auto number = parse_port(port.substr(1));
  if (!number) return fail(number.error());
  url.port = *number;
  return {};
}

}  // namespace

Result<StreamPath> join_path(std::string_view app, std::string_view name) {
  const auto [app_path, app_query] = cut(app, '?');
  const auto [name_path, name_query] = cut(name, '?');
  StreamPath joined;
  for (const std::string_view part : {app_path, name_path}) {
    if (auto added = append_segments(joined.path, part); !added) return fail(added.error());
  }
  if (joined.path.empty()) return fail(Code::kPeer, "path: it is empty");
  if (joined.path.size() > kMaxPathBytes) {
    return fail(Code::kLimit, fmt::format("path: it is longer than {} bytes", kMaxPathBytes));
  }
  if (std::ranges::any_of(joined.path, is_control)) {
    return fail(Code::kPeer, "path: a control character is in it");
  }
  joined.query = name_query;
  if (!name_query.empty() && !app_query.empty()) joined.query += '&';
  joined.query += app_query;
  return joined;
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  if (text.starts_with("rtmp://")) {
    rest.remove_prefix(7);
  } else if (text.starts_with("rtmps://")) {
    rest.remove_prefix(8);
    url.secure = true;
  } else {
    return fail(Code::kUsage, "url: it does not begin with rtmp:// or rtmps://");
  }
  const auto [authority, path] = cut(rest, '/');
  url.path = path;
  std::string_view host = authority;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    url.user_info = authority.substr(0, at);
    host = authority.substr(at + 1);
  }
  if (auto parsed = parse_authority(host, url); !parsed) {
    return fail(parsed.error().code, "url: " + parsed.error().text);
  }
  return url;
}

// a/b?x=1 is app a, name b?x=1; a?x=1/b is app a?x=1, name b: as ffmpeg, librtmp and GStreamer do.
AppAndName split_path(std::string_view path) {
  const std::string_view before_query = cut(path, '?').before;
  std::size_t slash = before_query.rfind('/');
  if (slash == std::string_view::npos) slash = path.rfind('/');
  if (slash == std::string_view::npos) return {std::string{path}, ""};
  return {std::string{path.substr(0, slash)}, std::string{path.substr(slash + 1)}};
}

std::string tc_url(const Url& url, std::string_view app) {
  const bool address = url.host.find(':') != std::string::npos;
  std::string text = url.secure ? "rtmps://" : "rtmp://";
  text += address ? "[" + url.host + "]" : url.host;
  if (url.port != (url.secure ? kSecurePort : kPort)) text += fmt::format(":{}", url.port);
  return text + "/" + std::string{app};
}

}  // namespace so::rtmp
