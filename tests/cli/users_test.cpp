#include "cli/users.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace so;
using cli::parse_passwords;

TEST_CASE("a file of users has a name and a password a line") {
  const auto passwords =
      parse_passwords("# ours\n\nann:se:cr et\r\nb.o-b_~1@x.org:p\xC3\xA4ss", "f");
  REQUIRE(passwords);
  CHECK(passwords->size() == 2);
  CHECK(passwords->at("ann") == "se:cr et");
  CHECK(passwords->at("b.o-b_~1@x.org") == "p\xC3\xA4ss");
  CHECK(parse_passwords("", "f")->empty());
}

TEST_CASE("a line that is wrong is named, and what is in it is not said") {
  struct Case {
    std::string text;
    std::string_view said;
  };
  std::string many;
  for (std::size_t i = 0; i <= cli::kMaxUsers; ++i) many += std::to_string(i) + ":x\n";
  const std::array cases{
      Case{"ann:a\nsecret", "f:2: it is not NAME:PASSWORD"},
      Case{":secret", "f:1: the name is not of letters, digits and -._~@"},
      Case{"a&n:secret", "f:1: the name is not of letters, digits and -._~@"},
      Case{std::string(256, 'a') + ":secret", "f:1: the name is not of letters, digits and -._~@"},
      Case{"ann:", "f:1: the password is not text of 1 to 255 bytes"},
      Case{"ann:\xFF", "f:1: the password is not text of 1 to 255 bytes"},
      Case{"ann:a\x01", "f:1: the password is not text of 1 to 255 bytes"},
      Case{"ann:a\nann:b", "f:2: the name is there already"},
      Case{many, "f:10001: 10000 users are the limit"},
  };
  for (const Case& c : cases) {
    const auto passwords = parse_passwords(c.text, "f");
    REQUIRE_FALSE(passwords);
    CHECK(passwords.error().text == c.said);
  }
}

TEST_CASE("a file of users that others may read is refused, and none leaves all as it was") {
  TempDir dir;
  const std::string file = dir.path("users");
  std::ofstream{file} << "ann:secret\n";
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::group_read);
  CHECK(cli::read_passwords(file).error().text ==
        file + " may be read by others: chmod 600 " + file);
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
  cli::Users users{.file = file, .passwords = *cli::read_passwords(file)};
  std::ofstream{file} << "bob\n";
  CHECK_FALSE(cli::passwords_again(users));
  CHECK(users.passwords->contains("ann"));
  std::ofstream{file} << "bob:secret\n";
  CHECK(cli::passwords_again(users));
  CHECK(users.passwords->contains("bob"));
  CHECK(cli::read_passwords(dir.path("none")).error().text.starts_with("unable to read "));
}
