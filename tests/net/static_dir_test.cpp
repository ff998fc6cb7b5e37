#include "net/static_dir.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include <unistd.h>

#include <doctest/doctest.h>

#include "support/temp_dir.h"

using namespace so;

namespace {

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

std::string text_of(const std::optional<net::HttpReply>& reply) {
  if (!reply || !reply->file.file) return "";
  std::string text(reply->file.bytes, '\0');
  REQUIRE(pread(reply->file.file->get(), text.data(), text.size(), 0) ==
          static_cast<ssize_t>(text.size()));
  return text;
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
  const auto body = [&](std::string_view path) { return text_of(files->get(path)); };
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
    CHECK_FALSE(again->file.file);
    CHECK(again->headers == first->headers);
  }
  CHECK(files->get("/app.js", "\"x\"")->status == 200);
  write(root / "app.js", "other code");
  CHECK(text_of(files->get("/app.js", tag)) == "other code");
}

TEST_CASE("static dir: a file is open once, however many are sent it") {
  const TempDir temp;
  const std::filesystem::path root = temp.path("www");
  write(root / "app.js", "code");
  const auto files = net::StaticDir::open(root.string());
  REQUIRE(files);
  const auto first = files->get("/app.js");
  CHECK(files->get("/app.js")->file.file == first->file.file);
  // Who is being sent what it was goes on with that.
  write(root / "new.js", "other code");
  std::filesystem::rename(root / "new.js", root / "app.js");
  CHECK(text_of(files->get("/app.js")) == "other code");
  CHECK(text_of(first) == "code");
}

TEST_CASE("static dir: only so many files are open at a time") {
  const TempDir temp;
  const std::filesystem::path root = temp.path("www");
  const auto name = [](std::size_t i) { return "file" + std::to_string(i); };
  for (std::size_t i = 0; i <= net::StaticDir::kMostOpen; ++i) write(root / name(i), "text");
  const auto files = net::StaticDir::open(root.string());
  REQUIRE(files);
  std::vector<std::optional<net::HttpReply>> sent;
  for (std::size_t i = 0; i < net::StaticDir::kMostOpen; ++i) {
    sent.push_back(files->get("/" + name(i)));
  }
  CHECK(text_of(sent.back()) == "text");
  const auto small = files->get("/" + name(net::StaticDir::kMostOpen));
  CHECK(small->status == 200);
  CHECK(small->body == "text");
  CHECK_FALSE(small->file.file);
  write(root / "large", std::string(net::StaticDir::kSmall + 1, 'x'));
  const auto refused = files->get("/large");
  CHECK(refused->status == 503);
  CHECK(refused->headers.front().first == "Retry-After");
  CHECK(files->refused() == 1);
  CHECK(files->get("/" + name(0))->status == 200);  // it is open already
  sent.pop_back();
  CHECK(files->get("/large")->file.bytes == net::StaticDir::kSmall + 1);
}
