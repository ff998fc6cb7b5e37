#include "bus/address.h"

#include <doctest/doctest.h>

#include "bus/socket_file.h"
#include "support/temp_dir.h"

using namespace so;

TEST_CASE("an address is a file, tcp with keys, or tcp with a word of warning") {
  const auto file = bus::Address::parse("ipc:///run/scopewire/bus");
  REQUIRE(file);
  CHECK(file->endpoint == "ipc:///run/scopewire/bus");
  CHECK(file->path == "/run/scopewire/bus");
  const auto tcp = bus::Address::parse("insecure+tcp://127.0.0.1:5555");
  REQUIRE(tcp);
  CHECK(tcp->endpoint == "tcp://127.0.0.1:5555");
  CHECK(tcp->path.empty());
  CHECK_FALSE(tcp->keys);
  const auto keyed = bus::Address::parse("tcp://127.0.0.1:5555");
  REQUIRE(keyed);
  CHECK(keyed->endpoint == "tcp://127.0.0.1:5555");
  CHECK(keyed->keys);
}

TEST_CASE("an address that cannot be is refused by name") {
  const auto error = [](std::string_view address) {
    return bus::Address::parse(address).error().text;
  };
  constexpr std::string_view kForms =
      "an address is ipc://PATH, tcp://HOST:PORT or insecure+tcp://HOST:PORT";
  CHECK(error("/run/bus") == kForms);
  CHECK(error("insecure+ipc:///bus") == kForms);
  CHECK(error("ipc://bus") == "the path of a socket must begin with /");
  CHECK(error("ipc:///" + std::string(107, 'x')) == "the path of a socket has at most 107 bytes");
  CHECK(bus::Address::parse("ipc:///" + std::string(106, 'x')));
}

TEST_CASE("a socket file has one owner, until he is gone") {
  const TempDir dir;
  const std::string path = dir.path("deep/run/bus");
  {
    const auto first = bus::SocketFile::claim(path);
    REQUIRE(first);
    const auto second = bus::SocketFile::claim(path);
    REQUIRE_FALSE(second);
    CHECK(second.error() == Error{Code::kSystem, "another hub is running there"});
  }
  CHECK(bus::SocketFile::claim(path));
}

TEST_CASE("a socket does not take the place of anything else") {
  const TempDir dir;
  const std::string path = dir.path("bus");
  std::filesystem::create_directory(path);
  const auto over_directory = bus::SocketFile::claim(path);
  REQUIRE_FALSE(over_directory);
  CHECK(over_directory.error() == Error{Code::kUsage, path + " is there and is not a socket"});
  const auto below_file = bus::SocketFile::claim("/dev/null/bus");
  REQUIRE_FALSE(below_file);
  CHECK(below_file.error().text == "directory /dev/null: Not a directory");
}
