#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "net/socket.h"

namespace so::bench {

[[noreturn]] inline void give_up(std::string_view why) {
  fmt::print(stderr, "{}: {}\n", program_invocation_short_name, why);
  std::exit(1);
}

/// Open files for this process and those that it starts; how many are granted. More than the hard
/// limit takes root.
inline std::size_t want_files(rlim_t count) {
  const rlimit files{count, count};
  return setrlimit(RLIMIT_NOFILE, &files) == 0 ? count : net::set_descriptor_limit(count);
}

/// A process that runs until it is ended, and its CPU time.
class Child {
 public:
  explicit Child(const std::function<void()>& body) : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a bench that gives up leaves no server behind
    body();
    _exit(0);
  }
  ~Child() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] bool ended() const {  // and nobody has waited for it
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == pid_;
  }

  /// Waits for its end; -1: it was killed.
  [[nodiscard]] int exit_code() const {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    return info.si_code == CLD_EXITED ? info.si_status : -1;
  }

  [[nodiscard]] double cpu_seconds() const {
    clockid_t clock{};
    timespec spent{};
    clock_getcpuclockid(pid_, &clock);
    clock_gettime(clock, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
  }
  /// Bytes of its memory that are in the machine's.
  [[nodiscard]] std::size_t resident() const {
    std::size_t all = 0;
    std::size_t pages = 0;
    std::ifstream{"/proc/" + std::to_string(pid_) + "/statm"} >> all >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }

 private:
  pid_t pid_;
};

}  // namespace so::bench
