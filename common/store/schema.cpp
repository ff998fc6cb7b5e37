#include "store/schema.h"

#include <array>

#include <fmt/format.h>

namespace so::store {
namespace {

constexpr std::array<const char*, 1> kSteps{
    // Numbers are unsigned 64-bit integers in SQLite's signed ones, bit for bit. Values are compact
    // JSON. A producer has one row for each object that it writes to.
    R"(CREATE TABLE objects(
         id INTEGER PRIMARY KEY,
         scope TEXT NOT NULL, name TEXT NOT NULL,
         epoch INTEGER NOT NULL, version INTEGER NOT NULL,
         UNIQUE(scope, name));
       CREATE TABLE attributes(
         object INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
         PRIMARY KEY(object, key)) WITHOUT ROWID;
       CREATE TABLE producers(
         object INTEGER NOT NULL, producer TEXT NOT NULL, last INTEGER NOT NULL,
         PRIMARY KEY(object, producer)) WITHOUT ROWID;)",
};

}  // namespace

std::span<const char* const> schema_steps() {
  return kSteps;
}

Sqlite::Outcome<void> upgrade(Sqlite& database, std::span<const char* const> steps) {
  const auto had = database.number("PRAGMA user_version");
  if (!had) return fail(had.error());
  const auto done = static_cast<std::size_t>(*had);
  if (done >= steps.size()) return {};
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
  const auto perform = [&]() -> Sqlite::Outcome<void> {
    for (const char* step : steps.subspan(done)) {
      if (auto performed = database.run(step); !performed) return performed;
    }
    const auto stamp = fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT",
                                   kApplicationId, steps.size());
    return database.run(stamp.c_str());
  };
  auto performed = perform();
  if (!performed && database.in_transaction()) (void)database.run("ROLLBACK");
  return performed;
}

}  // namespace so::store
