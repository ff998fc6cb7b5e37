#include "cli/print.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <poll.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "base/log.h"

namespace so::cli {
namespace {

int first_error = 0;  // errno

}  // namespace

bool print(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {  // somebody who shares it has made it non-blocking
      pollfd reader{STDOUT_FILENO, POLLOUT, 0};
      poll(&reader, 1, -1);
    } else if (errno != EINTR) {
      if (errno != EPIPE && first_error == 0) first_error = errno;
      return false;
    }
  }
  return true;
}

bool print_line(std::string_view line) {
  std::string text{line};
  text += '\n';
  return print(as_bytes(text));
}

int after_printing(int exit) {
  if (first_error == 0) return exit;
  log::error("unable to write to standard output: {}", std::strerror(first_error));
  return exit == to_int(Exit::kOk) ? to_int(Exit::kFailure) : exit;
}

}  // namespace so::cli
