#pragma once

#include <array>
#include <cstdio>
#include <string>

#include <unistd.h>

namespace so::test {

/// What is written to a stream (stdout, stderr) from here until take().
class Captured {
 public:
  explicit Captured(FILE* stream)
      : stream_(stream), file_(std::tmpfile()), before_(dup(fileno(stream))) {
    std::fflush(stream_);
    dup2(fileno(file_), fileno(stream_));
  }
  ~Captured() {
    std::fflush(stream_);
    dup2(before_, fileno(stream_));
    close(before_);
    std::fclose(file_);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  std::string take() {
    std::fflush(stream_);
    std::rewind(file_);
    std::string text;
    std::array<char, 4096> part{};
    while (const std::size_t n = std::fread(part.data(), 1, part.size(), file_)) {
      text.append(part.data(), n);
    }
    return text;
  }

 private:
  FILE* stream_;
  FILE* file_;
  int before_;
};

}  // namespace so::test
