#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "base/result.h"

namespace so::net {

/// Where to listen or connect, as a person writes it:
///     127.0.0.1:9000    [::1]:80    localhost:8081    example.org:1935    :1935 (every interface)
/// Port 0 asks the kernel for a free one; whoever listens reports the real one.
struct Address {
  std::string host;  // without brackets; empty: every interface
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

Result<Address> parse_address(std::string_view text);
std::string to_string(const Address& address);  // "[::1]:80"

/// Only this machine reaches it: 127.0.0.0/8, ::1, and the name localhost. "" is everybody.
bool is_loopback(const Address& address);

/// What the kernel understands.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const { return storage.ss_family; }
};

/// Every address the host stands for, best first, at least one. Numbers never block. A name is
/// looked up with getaddrinfo, which does: only at start-up and in one-shot clients.
Result<std::vector<SocketAddress>> resolve_all(const Address& address);

/// The one to listen on. An empty host is [::], which takes IPv4 too, or 0.0.0.0 without IPv6;
/// localhost is 127.0.0.1, which every client tries.
Result<SocketAddress> resolve(const Address& address);

/// IPv4 written inside IPv6 ("::ffff:1.2.3.4") comes back as IPv4.
Address to_address(const SocketAddress& address);
Address local_address(int fd);

/// The part of a peer's address that one person holds: all of IPv4, the first 64 bits of IPv6. Caps
/// per address count these.
std::string network_of(const SocketAddress& address);
/// The same of a peer in words; what is no number stands for itself.
std::string network_of(const Address& peer);

}  // namespace so::net
