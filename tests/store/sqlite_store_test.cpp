// What is peculiar to the file: whose it is, of which release, and whether it is whole.
#include "store/sqlite_store.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "store/schema.h"
#include "support/temp_dir.h"

using namespace so;
using store::Durability;
using store::SqliteStore;

namespace {

// The error of opening the file; "" if it opens.
std::string opening(const std::string& path) {
  const auto opened = SqliteStore::open(path, Durability::kProcess);
  return opened ? "" : opened.error().text;
}

void run(const std::string& path, const char* sql) {
  auto database = store::Sqlite::open(path);
  REQUIRE(database);
  const auto done = database->run(sql);
  REQUIRE_MESSAGE(done, done.error().text);
}

std::int64_t number(const std::string& path, const char* sql) {
  auto database = store::Sqlite::open(path);
  REQUIRE(database);
  return database->number(sql).value();
}

std::vector<hub::Record> object(hub::StoreId id) {
  return {{.kind = hub::Record::Kind::kCreate,
           .id = id,
           .scope = "/chat",
           .name = "o" + std::to_string(id),
           .epoch = 1,
           .version = 1}};
}

}  // namespace

TEST_CASE("a new file is stamped, and not for everybody to read") {
  const TempDir directory;
  const std::string path = directory.path("store");
  CHECK(opening(path).empty());
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0007) == 0);
  CHECK(number(path, "PRAGMA application_id") == store::kApplicationId);
  CHECK(number(path, "PRAGMA user_version") ==
        static_cast<std::int64_t>(store::schema_steps().size()));
}

TEST_CASE("one hub at a time") {
  const TempDir directory;
  const std::string path = directory.path("store");
  auto first = SqliteStore::open(path, Durability::kProcess);
  REQUIRE(first);
  CHECK((*first)->commit(object(1)));
  CHECK(opening(path) == path + " is used by another hub");
  CHECK((*first)->commit(object(2)));
  first->reset();
  CHECK(opening(path).empty());
  const auto later = SqliteStore::open(path, Durability::kProcess);  // which writes nothing
  REQUIRE(later);
  CHECK(opening(path) == path + " is used by another hub");
}

TEST_CASE("a file that is none of ours is left alone") {
  const TempDir directory;
  const std::string path = directory.path("other");
  SUBCASE("text") {
    std::ofstream{path} << std::string(4096, 'x');
    CHECK(opening(path) == path + " is not a store: file is not a database");
    CHECK(std::filesystem::file_size(path) == 4096);
  }
  SUBCASE("another program's") {
    run(path, "CREATE TABLE notes(text TEXT)");
    CHECK(opening(path) == path + " is a database of another program");
    CHECK(number(path, "SELECT count(*) FROM sqlite_schema") == 1);
  }
  SUBCASE("a directory") {
    std::filesystem::create_directory(path);
    CHECK(opening(path) == path + ": Is a directory");
  }
  SUBCASE("nowhere") {
    CHECK(opening(path + "/store") == path + "/store: No such file or directory");
  }
}

TEST_CASE("a newer release's file is refused and kept") {
  const TempDir directory;
  const std::string path = directory.path("store");
  CHECK(opening(path).empty());
  run(path, "PRAGMA user_version=99");
  CHECK(opening(path) == path + " has schema 99, of a newer release; this one knows up to 1");
  CHECK(number(path, "PRAGMA user_version") == 99);
}

TEST_CASE("a damaged file is named") {
  const TempDir directory;
  const std::string path = directory.path("store");
  {
    auto opened = SqliteStore::open(path, Durability::kProcess);
    REQUIRE(opened);
    for (hub::StoreId id = 1; id <= 200; ++id) CHECK((*opened)->commit(object(id)));
  }
  SUBCASE("a page is overwritten") {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096);
    file << std::string(4096, '\x5A');
    file.close();
    CHECK(opening(path).starts_with(path + " is damaged: "));
  }
  SUBCASE("the end is missing") {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 8192);
    CHECK(opening(path).starts_with(path + " is damaged: "));
  }
}

TEST_CASE("an older release's file is brought up to date, step by step") {
  const TempDir directory;
  const std::string path = directory.path("store");
  {
    auto database = store::Sqlite::open(path);
    REQUIRE(database);
    const std::array first{"CREATE TABLE a(x)"};
    CHECK(store::upgrade(*database, first));
    CHECK(database->run("INSERT INTO a VALUES(7)"));
  }
  auto database = store::Sqlite::open(path);
  REQUIRE(database);
  SUBCASE("what it holds is kept") {
    const std::array all{"CREATE TABLE a(x)", "CREATE TABLE b(y); INSERT INTO b SELECT x FROM a",
                         "DROP TABLE a"};
    CHECK(store::upgrade(*database, all));
    CHECK(database->number("SELECT y FROM b").value() == 7);
    CHECK(database->number("PRAGMA user_version").value() == 3);
    CHECK(store::upgrade(*database, all));  // nothing left to do
  }
  SUBCASE("a step that fails undoes those before it") {
    const std::array bad{"CREATE TABLE a(x)", "CREATE TABLE b(y)", "CREATE nonsense"};
    CHECK_FALSE(store::upgrade(*database, bad));
    CHECK_FALSE(database->in_transaction());
    CHECK(database->number("SELECT count(*) FROM sqlite_schema").value() == 1);
    CHECK(database->number("PRAGMA user_version").value() == 1);
  }
}
