#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

#include "metrics/families.h"

namespace so::metrics {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// The second number of /proc/self/statm, pages.
double resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code ignored;
  double count = 0;
  for (auto at = std::filesystem::directory_iterator{"/proc/self/fd", ignored};
       at != std::filesystem::directory_iterator{}; at.increment(ignored)) {
    ++count;
  }
  return count - 1;  // the one that reads the directory
}

// When this code was loaded, which is as good.
const double kStarted = static_cast<double>(time(nullptr));

}  // namespace

void add_process(Families& to, std::string_view tool) {
  to.gauge("scopewire_build_info", "always 1; the labels say what runs");
  to.value(1, {{"tool", tool}, {"version", SO_VERSION}});
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    to.counter("process_cpu_seconds_total", "user and system CPU time, seconds",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  to.gauge("process_resident_memory_bytes", "resident memory, bytes", resident_bytes());
  to.gauge("process_open_fds", "open file descriptors", open_descriptors());
  to.gauge("process_start_time_seconds", "when the process began, seconds since 1970", kStarted);
}

}  // namespace so::metrics
