#include "net/url.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/ascii.h"

namespace so::net {
namespace {

constexpr std::size_t kMaxUrl = 8192;  // what servers commonly take

struct Scheme {
  std::string_view name;
  std::uint16_t port;
};
constexpr std::array<Scheme, 4> kSchemes{{{"ws", 80}, {"wss", 443}, {"http", 80}, {"https", 443}}};

tl::unexpected<Error> bad_url(std::string_view text, std::string_view why) {
  return fail(Code::kUsage, fmt::format("bad URL '{}': {}", text, why));
}

// The byte of "%xx" at i, or none.
std::optional<char> escaped(std::string_view text, std::size_t i) {
  if (text[i] != '%' || i + 2 >= text.size()) return std::nullopt;
  const auto high = hex_digit(text[i + 1]);
  const auto low = hex_digit(text[i + 2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4U | *low);
}

bool has_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrl) return bad_url(text.substr(0, 40), "it is too long");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return bad_url(text, "it has no scheme");
  Url out;
  std::transform(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                 std::back_inserter(out.scheme), to_lower);
  const auto* scheme = std::find_if(kSchemes.begin(), kSchemes.end(),
                                    [&](const Scheme& s) { return s.name == out.scheme; });
  if (scheme == kSchemes.end()) return bad_url(text, "the scheme is not ws, wss, http or https");

  const std::string_view rest = text.substr(colon + 3);
  const std::size_t slash = std::min(rest.find_first_of("/?#"), rest.size());
  std::string authority{rest.substr(0, slash)};
  if (!has_port(authority)) authority += fmt::format(":{}", scheme->port);
  auto address = parse_address(authority);
  if (!address) return bad_url(text, address.error().text);
  if (address->host.empty()) return bad_url(text, "it has no host");
  if (address->port == 0) return bad_url(text, "nobody listens on port 0");
  out.address = std::move(*address);

  const std::string_view target = rest.substr(slash);
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '#') return bad_url(text, "a fragment is not sent to a server");
    if (byte <= ' ' || byte == 0x7F) return bad_url(text, "it has a forbidden character");
  }
  if (!target.starts_with('/')) out.target = '/';
  out.target += target;
  return out;
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const auto byte = escaped(text, i)) {
      out += *byte;
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view piece = query.substr(0, end);
    const std::size_t equals = std::min(piece.find('='), piece.size());
    if (!piece.empty()) {
      out.emplace_back(percent_decode(piece.substr(0, equals), true),
                       percent_decode(piece.substr(std::min(equals + 1, piece.size())), true));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return out;
}

}  // namespace so::net
