#include "base/file.h"

#include <fstream>

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace so;

TEST_CASE("a file is read whole, and no more than the limit") {
  const TempDir dir;
  const std::string file = dir.path("a");
  const std::string text = std::string(40'000, 'x') + '\0' + "\r\n";
  std::ofstream{file} << text;
  CHECK(read_file(file, text.size()) == text);
  const auto over = read_file(file, text.size() - 1);
  REQUIRE_FALSE(over);
  CHECK(over.error() == Error{Code::kUsage, file + " is over the limit of 40002 bytes"});
  std::ofstream{file} << "";
  CHECK(read_file(file, 0) == "");
}

TEST_CASE("a file that cannot be read is an error with its reason") {
  const TempDir dir;
  const std::string none = dir.path("none");
  CHECK(read_file(none, 1).error() ==
        Error{Code::kSystem, "unable to read " + none + ": No such file or directory"});
  CHECK(read_file(dir.path(""), 1).error().text ==
        "unable to read " + dir.path("") + ": Is a directory");
}

TEST_CASE("a secret is not read where others may read it too") {
  const TempDir dir;
  const std::string file = dir.path("a");
  std::ofstream{file} << "secret";
  for (const mode_t mode : {0640U, 0604U}) {
    chmod(file.c_str(), mode);
    CHECK(read_secret_file(file, 10).error().text ==
          file + " may be read by others: chmod 600 " + file);
    CHECK(read_file(file, 10) == "secret");
  }
  chmod(file.c_str(), 0600);
  CHECK(read_secret_file(file, 10) == "secret");
}
