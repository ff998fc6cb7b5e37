#include "cli/listen.h"

#include <array>
#include <optional>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include "base/number.h"
#include "net/address.h"

namespace so::cli {
namespace {

bool is_address(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(family, host.c_str(), bytes.data()) == 1;
}

// HOST or [HOST]: brackets are for IPv6 and only for it.
std::optional<std::string> parse_host(std::string_view text) {
  if (text == "localhost") return "127.0.0.1";
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  std::string host{bracketed ? text.substr(1, text.size() - 2) : text};
  if (!is_address(bracketed ? AF_INET6 : AF_INET, host)) return std::nullopt;
  return host;
}

}  // namespace

Result<Listen> parse_listen(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const std::string_view address = text.substr(0, slash);
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) {
    return fail(Code::kUsage, fmt::format("\"{}\" is not HOST:PORT", text));
  }
  const auto host = parse_host(address.substr(0, colon));
  if (!host) {
    return fail(Code::kUsage, fmt::format("\"{}\" does not begin with an IP address like 127.0.0.1 "
                                          "or [::1]",
                                          text));
  }
  const auto port = parse_number<std::uint16_t>(address.substr(colon + 1));
  if (!port) return fail(Code::kUsage, fmt::format("\"{}\" has no port from 0 to 65535", text));
  return Listen{*host, *port, std::string{text.substr(std::min(slash + 1, text.size()))}};
}

std::string show_listen(const Listen& listen) {
  const bool v6 = listen.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}{}{}", v6 ? "[" : "", listen.host, v6 ? "]" : "", listen.port,
                     listen.stream.empty() ? "" : "/", listen.stream);
}

bool is_loopback(const Listen& listen) {
  return net::is_loopback({listen.host, listen.port});
}

Status may_listen(const Listen& listen, bool allow_anonymous) {
  if (allow_anonymous || is_loopback(listen)) return {};
  return fail(
      Code::kUsage,
      fmt::format("{} is not loopback and anyone there could come in: say --allow-anonymous "
                  "or `allow_anonymous: true` if that is meant",
                  show_listen(listen)));
}

}  // namespace so::cli
