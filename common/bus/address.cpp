#include "bus/address.h"

#include <sys/un.h>

#include <fmt/format.h>

namespace so::bus {
namespace {
constexpr std::string_view kIpc = "ipc://";
constexpr std::string_view kTcp = "tcp://";
}  // namespace

Status check_address(std::string_view address, bool insecure) {
  if (address.starts_with(kTcp)) {
    if (insecure) return {};
    return fail(Code::kUsage,
                fmt::format("bus address {}: tcp has neither encryption nor authentication; it "
                            "needs the word insecure",
                            address));
  }
  if (!address.starts_with(kIpc)) {
    return fail(Code::kUsage,
                fmt::format("bus address {}: neither ipc://PATH nor tcp://HOST:PORT", address));
  }
  const std::string path = socket_path(address);
  if (!path.starts_with('/')) {
    return fail(Code::kUsage, fmt::format("bus address {}: the path is not absolute", address));
  }
  if (path.size() >= sizeof sockaddr_un::sun_path) {
    return fail(Code::kUsage, fmt::format("bus address {}: the path is longer than {} bytes",
                                          address, sizeof sockaddr_un::sun_path - 1));
  }
  return {};
}

std::string socket_path(std::string_view address) {
  return std::string{address.starts_with(kIpc) ? address.substr(kIpc.size()) : ""};
}

}  // namespace so::bus
