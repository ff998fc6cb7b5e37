#include "net/static_dir.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace so;

namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

}  // namespace

TEST_CASE("static dir: what is in it, with its type, and nothing else") {
  const TempDir temp;
  const std::filesystem::path root = temp.path("www");
  write(root / "index.html", "home");
  write(root / "app.js", "code");
  write(root / "sub/index.html", "below");
  write(root / "sub/data.json", "{}");
  write(root / ".secret", "no");
  write(root / ".git/config", "no");
  write(root.parent_path() / "outside.txt", "no");
  std::filesystem::create_symlink("../outside.txt", root / "link.txt");
  std::filesystem::create_directory_symlink("..", root / "up");
  std::filesystem::create_directory(root / "empty");
  const auto files = net::StaticDir::open(root.string());
  REQUIRE(files);
  const auto body = [&](std::string_view path) {
    const auto reply = files->get(path);
    return reply ? reply->body : "";
  };
  CHECK(body("/") == "home");
  CHECK(body("/index.html") == "home");
  CHECK(body("/app.js") == "code");
  CHECK(files->get("/app.js")->content_type == "text/javascript; charset=utf-8");
  CHECK(body("/sub") == "below");
  CHECK(body("/sub/") == "below");
  CHECK(files->get("/sub/")->content_type == "text/html; charset=utf-8");
  CHECK(body("/sub/data.json") == "{}");
  for (const std::string_view path :
       {"/none", "/.secret", "/.git/config", "/../outside.txt", "/sub/../../outside.txt",
        "//outside.txt", "/link.txt", "/up/outside.txt", "/empty", "/empty/", "/app.js/x",
        "/sub//data.json"}) {
    CAPTURE(path);
    CHECK_FALSE(files->get(path));
  }
}

TEST_CASE("static dir: what is no folder is an error with its name") {
  const auto none = net::StaticDir::open("/nowhere/at/all");
  REQUIRE_FALSE(none);
  CHECK(none.error().text ==
        "unable to open the folder /nowhere/at/all: no such file or directory");
}

TEST_CASE("static dir: who has a file already is not sent it again, until it changes") {
  const TempDir temp;
  const std::filesystem::path root = temp.path("www");
  write(root / "app.js", "code");
  const auto files = net::StaticDir::open(root.string());
  REQUIRE(files);
  const auto first = files->get("/app.js");
  REQUIRE(first);
  REQUIRE(first->headers.size() == 1);
  const std::string tag = first->headers[0].second;
  CHECK(first->headers[0].first == "ETag");
  for (const std::string& header : {tag, "W/" + tag, "\"x\", " + tag, std::string{"*"}}) {
    CAPTURE(header);
    const auto again = files->get("/app.js", header);
    CHECK(again->status == 304);
    CHECK(again->body.empty());
    CHECK(again->headers == first->headers);
  }
  CHECK(files->get("/app.js", "\"x\"")->status == 200);
  write(root / "app.js", "other code");
  CHECK(files->get("/app.js", tag)->body == "other code");
}
