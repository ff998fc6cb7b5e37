#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace so::test {

/// What somebody heard, to be compared as a list, and read when it is another.
struct Lines : std::vector<std::string> {
  using std::vector<std::string>::vector;
  friend std::ostream& operator<<(std::ostream& out, const Lines& lines) {
    for (const std::string& line : lines) out << "\n    " << line;
    return out;
  }
};

}  // namespace so::test
