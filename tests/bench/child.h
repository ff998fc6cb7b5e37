#pragma once

#include <csignal>
#include <cstddef>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace so::bench {

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
