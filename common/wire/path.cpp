#include "wire/path.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/utf8.h"

namespace so::wire {
namespace {

Status check_text(std::string_view what, std::string_view text) {
  if (!is_utf8(as_bytes(text))) return fail(Code::kPeer, fmt::format("{} is not UTF-8", what));
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return fail(Code::kPeer, fmt::format("{} has a control character", what));
  }
  return {};
}

Status check_segment(std::string_view segment) {
  if (segment == "." || segment == "..")
    return fail(Code::kPeer, R"(path has a segment "." or "..")");
  if (segment.size() > kMaxSegment) {
    return fail(Code::kLimit, fmt::format("path segment of {} bytes is over the limit of {}",
                                          segment.size(), kMaxSegment));
  }
  return {};
}

}  // namespace

Result<std::string> normal_path(std::string_view path) {
  if (auto text = check_text("path", path); !text) return fail(text.error());
  std::string out;
  std::size_t depth = 0;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment.empty()) continue;
    if (auto good = check_segment(segment); !good) return fail(good.error());
    if (++depth > kMaxDepth)
      return fail(Code::kLimit, fmt::format("path has more than {} segments", kMaxDepth));
    out += '/';
    out += segment;
  }
  if (out.empty()) out = "/";
  return out;
}

namespace {

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool room = text[i] == '%' && i + 2 < text.size();
    const auto high = room ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = room ? hex_digit(text[i + 2]) : std::nullopt;
    const bool escape = high && low;
    out += escape ? static_cast<char>(*high << 4U | *low) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query) {
  if (query.starts_with('?')) query.remove_prefix(1);
  std::vector<std::pair<std::string, std::string>> found;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    found.emplace_back(percent_decoded(pair.substr(0, equals)), percent_decoded(value));
  }
  return found;
}

std::string query_value(std::string_view query, std::string_view key) {
  if (query.starts_with('?')) query.remove_prefix(1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == key && equals != std::string_view::npos)
      return percent_decoded(pair.substr(equals + 1));
  }
  return {};
}

Result<std::string> scope_of_url(std::string_view path, std::string_view room) {
  auto scope = normal_path(path);
  if (!scope || *scope == "/" || parent_path(*scope) != "/") return scope;
  return normal_path(fmt::format("{}/{}", *scope, room));
}

Status check_path(std::string_view path) {
  const auto normal = normal_path(path);
  if (!normal) return fail(normal.error());
  if (*normal != path)
    return fail(Code::kPeer, fmt::format("path is not in its normal form, which is {}", *normal));
  return {};
}

Status check_name(std::string_view what, std::string_view name, std::size_t limit) {
  if (name.empty()) return fail(Code::kPeer, fmt::format("{} is empty", what));
  if (name.size() > limit) {
    return fail(Code::kLimit,
                fmt::format("{} of {} bytes is over the limit of {}", what, name.size(), limit));
  }
  return check_text(what, name);
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? std::string_view{"/"}
                                                       : path.substr(0, slash);
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_within(std::string_view path, std::string_view above) {
  if (above == "/" || path == above) return true;
  return path.starts_with(above) && path.substr(above.size()).starts_with('/');
}

}  // namespace so::wire
