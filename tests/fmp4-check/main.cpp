// so-fmp4-check FILE...: judges fragmented MP4 as strictly as no player does. `-` is standard
// input.
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "support/fmp4_checker.h"

using namespace so;

namespace {

Bytes read_all(std::istream& in) {
  return {std::istreambuf_iterator<char>{in}, {}};
}

bool check(const std::string& name) {
  std::ifstream file{name, std::ios::binary};
  if (name != "-" && !file) {
    fmt::print(stderr, "so-fmp4-check: unable to read {}\n", name);
    return false;
  }
  const Bytes bytes = read_all(name == "-" ? std::cin : file);
  test::Fmp4Checker checker;
  if (const auto status = checker.check(bytes); !status) {
    fmt::print(stderr, "so-fmp4-check: {}: {}\n", name, status.error().text);
    return false;
  }
  if (checker.samples(true) + checker.samples(false) == 0) {
    fmt::print(stderr, "so-fmp4-check: {}: nothing in it\n", name);
    return false;
  }
  fmt::print("{}: {}, {} pictures, {} of sound\n", name, checker.mime(), checker.samples(true),
             checker.samples(false));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::string_view{argv[1]} == "--help") {
    fmt::print(stderr, "usage: so-fmp4-check FILE...\n");
    return argc < 2 ? 2 : 0;
  }
  bool flawless = true;
  for (int i = 1; i < argc; ++i) flawless &= check(argv[i]);
  return flawless ? 0 : 1;
}
