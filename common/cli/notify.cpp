#include "cli/notify.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/log.h"
#include "base/unique_fd.h"

namespace so::cli {

// A path, or '@' and a name in the abstract namespace, whose first byte is 0.
void notify_supervisor(std::string_view state) {
  const char* const where = std::getenv("NOTIFY_SOCKET");
  if (where == nullptr) return;
  const std::string_view path{where};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return log::warn("NOTIFY_SOCKET is no path: {}", path);
  }
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  if (path.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const UniqueFd fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const auto* to = reinterpret_cast<const sockaddr*>(&address);
  if (sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, to, size) < 0) {
    log::warn("unable to tell the supervisor at {}", path);
  }
}

}  // namespace so::cli
