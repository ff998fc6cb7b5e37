#include "bus/address.h"

#include <sys/un.h>

#include <fmt/format.h>

namespace so::bus {
namespace {

constexpr std::string_view kIpc = "ipc://";
constexpr std::string_view kTcp = "tcp://";
constexpr std::string_view kInsecure = "insecure+";

Result<Address> parse_path(std::string_view path) {
  constexpr std::size_t kMaxPath = sizeof sockaddr_un::sun_path - 1;
  if (!path.starts_with('/')) return fail(Code::kUsage, "the path of a socket must begin with /");
  if (path.size() > kMaxPath) {
    return fail(Code::kUsage, fmt::format("the path of a socket has at most {} bytes", kMaxPath));
  }
  return Address{std::string{kIpc}.append(path), std::string{path}, false};
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  if (text.starts_with(kIpc)) return parse_path(text.substr(kIpc.size()));
  if (text.starts_with(kTcp)) return Address{std::string{text}, {}, true};
  if (text.starts_with(kInsecure) && text.substr(kInsecure.size()).starts_with(kTcp)) {
    return Address{std::string{text.substr(kInsecure.size())}, {}, false};
  }
  return fail(Code::kUsage,
              "an address is ipc://PATH, tcp://HOST:PORT or insecure+tcp://HOST:PORT");
}

}  // namespace so::bus
