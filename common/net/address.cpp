#include "net/address.h"

#include <array>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <fmt/format.h>

#include "base/number.h"
#include "base/unique_fd.h"

namespace so::net {
namespace {

constexpr std::size_t kMaxHost = 253;  // RFC 1035; IPv6 with a zone is shorter

tl::unexpected<Error> bad_address(std::string_view text, std::string_view why) {
  return fail(Code::kUsage, fmt::format("bad address '{}': {}", text, why));
}

bool is_host_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte < 0x7F &&
         std::string_view{"/?#@[]\\"}.find(c) == std::string_view::npos;
}

bool is_numeric(const std::string& host, int family) {
  std::array<std::uint8_t, sizeof(in6_addr)> ignored{};
  return inet_pton(family, host.c_str(), ignored.data()) == 1;
}

template <class Sockaddr>
SocketAddress from_sockaddr(const Sockaddr& address) {
  SocketAddress out;
  std::memcpy(&out.storage, &address, sizeof address);
  out.size = sizeof address;
  return out;
}

SocketAddress any_address(std::uint16_t port) {
  if (const UniqueFd probe{socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)}) {
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    return from_sockaddr(any);
  }
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  return from_sockaddr(any);
}

template <class Sockaddr>
Sockaddr view_as(const SocketAddress& from) {
  Sockaddr out{};
  std::memcpy(&out, &from.storage, sizeof out);
  return out;
}

// The IPv4 address inside ::ffff:0:0/96, or none.
const std::uint8_t* mapped_ipv4(const sockaddr_in6& address) {
  return IN6_IS_ADDR_V4MAPPED(&address.sin6_addr) ? &address.sin6_addr.s6_addr[12] : nullptr;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  Address out;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text, "it has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!is_numeric(std::string{host}, AF_INET6))
      return bad_address(text, "no IPv6 in the brackets");
  } else if (host.find(':') != std::string_view::npos) {
    return bad_address(text, "IPv6 needs brackets");
  }
  if (host.size() > kMaxHost) return bad_address(text, "the host is too long");
  for (const char c : host) {
    if (!is_host_character(c)) return bad_address(text, "the host has a forbidden character");
  }
  const auto number = parse_number<std::uint16_t>(port);
  const bool padded = port.size() > 1 && port.starts_with('0');  // one spelling for each
  if (!number || padded) return bad_address(text, "the port is no number from 0 to 65535");
  out.port = *number;
  out.host = host;
  return out;
}

std::string to_string(const Address& address) {
  if (address.host.find(':') == std::string::npos) {
    return fmt::format("{}:{}", address.host, address.port);
  }
  return fmt::format("[{}]:{}", address.host, address.port);
}

bool is_loopback(const Address& address) {
  if (is_numeric(address.host, AF_INET)) return address.host.starts_with("127.");
  return address.host == "::1" || address.host == "localhost";
}

Result<std::vector<SocketAddress>> resolve_all(const Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  if (is_numeric(address.host, AF_INET) || is_numeric(address.host, AF_INET6)) {
    hints.ai_flags |= AI_NUMERICHOST;
  }
  addrinfo* list = nullptr;
  const std::string port = fmt::to_string(address.port);
  if (const int error = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &list);
      error != 0) {
    return fail(Code::kUnreachable,
                fmt::format("unable to look up {}: {}", address.host, gai_strerror(error)));
  }
  std::vector<SocketAddress> out;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress& next = out.emplace_back();
    std::memcpy(&next.storage, entry->ai_addr, entry->ai_addrlen);
    next.size = entry->ai_addrlen;
  }
  freeaddrinfo(list);
  return out;
}

Result<SocketAddress> resolve(const Address& address) {
  if (address.host.empty()) return any_address(address.port);
  const bool local = address.host == "localhost";
  const auto all = resolve_all(local ? Address{"127.0.0.1", address.port} : address);
  if (!all) return fail(all.error());
  return all->front();
}

Address to_address(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.family() == AF_INET) {
    const auto ipv4 = view_as<sockaddr_in>(address);
    inet_ntop(AF_INET, &ipv4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(ipv4.sin_port)};
  }
  const auto ipv6 = view_as<sockaddr_in6>(address);
  if (const std::uint8_t* ipv4 = mapped_ipv4(ipv6)) {
    inet_ntop(AF_INET, ipv4, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &ipv6.sin6_addr, text.data(), text.size());
  }
  return {text.data(), ntohs(ipv6.sin6_port)};
}

Address local_address(int fd) {
  SocketAddress out;
  out.size = sizeof out.storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&out.storage), &out.size) != 0) return {};
  return to_address(out);
}

std::string network_of(const SocketAddress& address) {
  constexpr std::size_t kIpv4Bytes = 4;
  constexpr std::size_t kIpv6Bytes = 8;  // a site gets a /64 and may invent the rest
  if (address.family() == AF_INET) {
    const auto ipv4 = view_as<sockaddr_in>(address);
    return {reinterpret_cast<const char*>(&ipv4.sin_addr), kIpv4Bytes};
  }
  const auto ipv6 = view_as<sockaddr_in6>(address);
  const std::uint8_t* ipv4 = mapped_ipv4(ipv6);
  return ipv4 != nullptr ? std::string{reinterpret_cast<const char*>(ipv4), kIpv4Bytes}
                         : std::string{reinterpret_cast<const char*>(&ipv6.sin6_addr), kIpv6Bytes};
}

std::string network_of(const Address& peer) {
  SocketAddress address;
  sockaddr_in6 ipv6{};
  sockaddr_in ipv4{};
  if (inet_pton(AF_INET6, peer.host.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    std::memcpy(&address.storage, &ipv6, sizeof ipv6);
  } else if (inet_pton(AF_INET, peer.host.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    std::memcpy(&address.storage, &ipv4, sizeof ipv4);
  } else {
    return peer.host;
  }
  return network_of(address);
}

}  // namespace so::net
