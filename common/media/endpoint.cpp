#include "media/endpoint.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/number.h"

namespace so::media {
namespace {

constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kIpc = "ipc://";
constexpr std::size_t kKey = 40;

tl::unexpected<Error> bad_place(std::string_view text) {
  return fail(Code::kUsage,
              fmt::format("{} is not tcp://HOST or tcp://HOST:PORT-PORT, with keys, or one of them "
                          "with insecure+ before it",
                          text));
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const std::size_t hash = text.find('#');
  const std::string_view address = text.substr(0, hash);
  const bool tcp = address.starts_with(kTcp);
  if (!tcp && !address.starts_with(kIpc)) {
    return fail(Code::kPeer, fmt::format("{} is no place where a stream is to be had", text));
  }
  if (!tcp || hash == std::string_view::npos) return Endpoint{std::string{text}, {}};
  const std::string_view key = text.substr(hash + 1);
  if (key.size() != kKey) return fail(Code::kPeer, fmt::format("{} ends with no key", text));
  return Endpoint{std::string{address}, std::string{key}};
}

// HOST may be an IPv6 address in brackets.
Result<Place> Place::parse(std::string_view text) {
  if (!text.starts_with(kTcp)) return Place{.folder = std::string{text}, .host = {}};
  const std::string_view rest = text.substr(kTcp.size());
  const std::size_t bracket = rest.find(']');
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  Place place{.folder = {}, .host = std::string{rest.substr(0, colon)}};
  constexpr std::string_view kAny = "*";
  if (place.host.empty()) return bad_place(text);
  if (place.host == "0.0.0.0" || place.host == "[::]" || place.host == kAny) {
    return fail(Code::kUsage, fmt::format("{}: nobody can connect to that; name an address of this "
                                          "machine",
                                          text));
  }
  if (colon == std::string_view::npos) return place;
  const std::string_view ports = rest.substr(colon + 1);
  const std::size_t dash = ports.find('-');
  const auto first = parse_number<std::uint16_t>(ports.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : parse_number<std::uint16_t>(ports.substr(dash + 1));
  if (!first || !last || *first == 0 || *last < *first) return bad_place(text);
  place.first = *first;
  place.last = *last;
  return place;
}

}  // namespace so::media
