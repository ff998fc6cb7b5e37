#include "cli/runtime_dir.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "support/environment.h"

using namespace so;
namespace fs = std::filesystem;

namespace {

struct Scratch {
  std::string path = fs::temp_directory_path() / "so-cli-XXXXXX";
  Scratch() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Scratch() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("the runtime directory is the one named, else the session's, else one in /tmp") {
  const test::Variable named{"SCOPEWIRE_RUNTIME_DIR", "/somewhere"};
  const test::Variable session{"XDG_RUNTIME_DIR", "/run/user/7"};
  CHECK(cli::RuntimeDir::choose().path == "/somewhere");
  CHECK_FALSE(cli::RuntimeDir::choose().is_private);
  {
    const test::Variable none{"SCOPEWIRE_RUNTIME_DIR", nullptr};
    CHECK(cli::RuntimeDir::choose().path == "/run/user/7/scopewire");
    CHECK(cli::RuntimeDir::choose().is_private);
    if (!fs::exists("/run/scopewire")) {
      const test::Variable neither{"XDG_RUNTIME_DIR", ""};
      CHECK(cli::RuntimeDir::choose().path == "/tmp/scopewire-" + std::to_string(geteuid()));
      CHECK(cli::RuntimeDir::choose().is_private);
    }
  }
}

TEST_CASE("a private runtime directory is made for us alone, and found again") {
  const Scratch scratch;
  const cli::RuntimeDir directory{scratch.path + "/scopewire"};
  REQUIRE(directory.prepare());
  CHECK((fs::status(directory.path).permissions() & fs::perms::all) == fs::perms::owner_all);
  CHECK(directory.prepare());
}

TEST_CASE("a private runtime directory in which others have a hand is refused") {
  const Scratch scratch;
  const cli::RuntimeDir directory{scratch.path + "/scopewire"};
  const auto refusal = [&] { return directory.prepare().error().text; };
  const std::string words = "unable to use the directory " + directory.path + ": ";

  fs::create_directory_symlink(scratch.path, directory.path);
  CHECK(refusal() == words + "it is not a directory");
  CHECK(cli::RuntimeDir{directory.path, false}.prepare());
  fs::remove(directory.path);

  fs::create_directory(directory.path);
  fs::permissions(directory.path, fs::perms::owner_all | fs::perms::group_all);
  CHECK(refusal() == words + "others may write there");
  CHECK(cli::RuntimeDir{directory.path, false}.prepare());

  if (geteuid() == 0) {
    fs::permissions(directory.path, fs::perms::owner_all);
    REQUIRE(chown(directory.path.c_str(), 12345, 12345) == 0);
    CHECK(refusal() == words + "it belongs to another user");
  }
  fs::remove(directory.path);
  CHECK(cli::RuntimeDir{scratch.path + "/missing/scopewire"}.prepare().error().text ==
        "unable to use the directory " + scratch.path +
            "/missing/scopewire: No such file or directory");
}

TEST_CASE("the hub is where it is named to be, or in the runtime directory") {
  const Scratch scratch;
  const test::Variable named{"SCOPEWIRE_RUNTIME_DIR", scratch.path.c_str()};
  CHECK(cli::hub_address("tcp://10.0.0.1:5000").value() == "tcp://10.0.0.1:5000");
  CHECK(cli::hub_address("").value() == "ipc://" + scratch.path + "/bus");
  const test::Variable absent{"SCOPEWIRE_RUNTIME_DIR", "/dev/null"};
  CHECK_FALSE(cli::hub_address(""));
}

TEST_CASE("streams are where they are named to be, or in the runtime directory, made for them") {
  const Scratch scratch;
  const std::string folder = scratch.path + "/made";
  const test::Variable named{"SCOPEWIRE_RUNTIME_DIR", folder.c_str()};
  CHECK(cli::media_place("tcp://10.0.0.1:5000").value() == "tcp://10.0.0.1:5000");
  CHECK(cli::media_place("").value() == folder);
  CHECK(fs::is_directory(folder));
}
