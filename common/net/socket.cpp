#include "net/socket.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <fmt/format.h>

namespace so::net {
namespace {

// Options that an older kernel lacks are no reason to refuse service.
void set(int socket, int level, int name, int value) {
  setsockopt(socket, level, name, &value, sizeof value);
}

}  // namespace

std::string error_text(int number) {
  std::string text = std::generic_category().message(number);
  // "Permission denied" goes on after a colon; "RPC struct is bad" is a name.
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

tl::unexpected<Error> system_error(std::string_view doing) {
  return fail(Code::kSystem, fmt::format("unable to {}: {}", doing, error_text(errno)));
}

Result<UniqueFd> listening_socket(const Address& address, bool reuse_port, int backlog) {
  const std::string doing = "listen on " + to_string(address);
  const auto where = resolve(address);
  if (!where) return fail(where.error());
  UniqueFd fd{socket(where->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return system_error(doing);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (reuse_port) set(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (where->family() == AF_INET6) {
    set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, address.host.empty() ? 0 : 1);
  }
  if (bind(fd.get(), where->get(), where->size) != 0) return system_error(doing);
  if (listen(fd.get(), backlog) != 0) return system_error(doing);
  return fd;
}

void tune(int socket) {
  // The kernel gives up when this has passed and one probe was not answered: it must be time for
  // several, or one lost packet ends a connection that is idle.
  constexpr int kIdle = 30;
  constexpr int kProbeEvery = 5;
  constexpr int kProbes = 3;
  constexpr int kGiveUpMs = (kIdle + kProbeEvery * kProbes) * 1000;
  constexpr int kUnsentBytes = 128 << 10;
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, kIdle);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, kProbeEvery);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, kGiveUpMs);
  set(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytes);
}

std::size_t set_descriptor_limit(std::size_t wanted) {
  static std::size_t most = 0;  // as the limit is the process's, so is what it is wanted for
  most = std::max(most, wanted);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = std::min<rlim_t>(most, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace so::net
