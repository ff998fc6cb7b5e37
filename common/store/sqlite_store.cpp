#include "store/sqlite_store.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>

#include <fmt/format.h>

#include "base/unique_fd.h"
#include "store/schema.h"

namespace so::store {
namespace {

using hub::Edit;
using hub::Record;
using hub::StoredObject;
using hub::StoreId;

template <class T>
using Outcome = Sqlite::Outcome<T>;

// A hub that is being replaced may still be at its last words.
constexpr const char* kWait = "PRAGMA busy_timeout=1000";
// Said before the first read, which then takes the lock and keeps it; with it, WAL mode needs no
// shared memory.
constexpr const char* kExclusive = "PRAGMA locking_mode=EXCLUSIVE";
constexpr const char* kJournal = "PRAGMA journal_mode=WAL";
// The -wal file shrinks again to this after a burst, bytes.
constexpr const char* kLimits = "PRAGMA journal_size_limit=67108864; PRAGMA temp_store=MEMORY";

Error describe(const std::string& path, const Sqlite::Failure& failure) {
  switch (failure.kind()) {
    case SQLITE_BUSY:
      return {Code::kRefused, fmt::format("{} is used by another hub", path)};
    case SQLITE_NOTADB:
      return {Code::kUsage, fmt::format("{} is not a store: {}", path, failure.text)};
    case SQLITE_CORRUPT:
      return {Code::kSystem, fmt::format("{} is damaged: {}", path, failure.text)};
    default:
      return {Code::kSystem, fmt::format("{}: {}", path, failure.text)};
  }
}

// SQLite would make it readable for everybody.
Status make_file(const std::string& path) {
  const UniqueFd file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640)};
  if (!file) return fail(Code::kSystem, fmt::format("{}: {}", path, std::strerror(errno)));
  return {};
}

// Before anything is written: is it ours, and of a release that we know?
Status check_kind(const std::string& path, Sqlite& database) {
  const auto application = database.number("PRAGMA application_id");
  const auto version = application ? database.number("PRAGMA user_version") : application;
  const auto tables = version ? database.number("SELECT count(*) FROM sqlite_schema") : version;
  if (!tables) return fail(describe(path, tables.error()));
  const bool empty = *application == 0 && *version == 0 && *tables == 0;
  if (!empty && *application != kApplicationId) {
    return fail(Code::kUsage, fmt::format("{} is a database of another program", path));
  }
  const auto known = static_cast<std::int64_t>(schema_steps().size());
  if (*version < 0 || *version > known) {
    return fail(Code::kRefused,
                fmt::format("{} has schema {}, of a newer release; this one knows up to {}", path,
                            *version, known));
  }
  return {};
}

Status check_health(const std::string& path, Sqlite& database) {
  auto check = Statement::prepare(database, "PRAGMA quick_check(1)");
  if (!check) return fail(describe(path, check.error()));
  const auto row = check->step();
  if (!row) return fail(describe(path, row.error()));
  if (check->text(0) == "ok") return {};
  return fail(Code::kSystem, fmt::format("{} is damaged: {}", path, check->text(0)));
}

// What the store says to SQLite: each is prepared once.
enum Query : std::size_t {
  kBegin,
  kCommit,
  kRollback,
  kObjects,
  kObject,
  kAttributes,
  kProducers,
  kNamesake,
  kCreate,
  kVersion,
  kSet,
  kDelete,
  kClear,
  kCount,
  kForget,
  kEnd,
  kEndProducers,
  kQueries
};
constexpr std::array<const char*, kQueries> kSql{
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "SELECT id, scope, name, epoch, version FROM objects ORDER BY id",
    "SELECT id, scope, name, epoch, version FROM objects WHERE id=?1",
    "SELECT key, value FROM attributes WHERE object=?1 ORDER BY key",
    "SELECT producer, last FROM producers WHERE object=?1 ORDER BY producer",
    "SELECT id FROM objects WHERE scope=?1 AND name=?2",
    "INSERT INTO objects(id, scope, name, epoch, version) VALUES(?1, ?2, ?3, ?4, ?5)",
    "UPDATE objects SET version=?1 WHERE id=?2",
    "INSERT INTO attributes(object, key, value) VALUES(?1, ?2, ?3) "
    "ON CONFLICT DO UPDATE SET value=excluded.value",
    "DELETE FROM attributes WHERE object=?1 AND key=?2",
    "DELETE FROM attributes WHERE object=?1",
    "INSERT INTO producers(object, producer, last) VALUES(?1, ?2, ?3) "
    "ON CONFLICT DO UPDATE SET last=excluded.last",
    "DELETE FROM producers WHERE object=?1 AND producer=?2",
    "DELETE FROM objects WHERE id=?1",
    "DELETE FROM producers WHERE object=?1",
};

Outcome<std::vector<Statement>> prepare_all(Sqlite& database) {
  std::vector<Statement> prepared;
  for (const char* sql : kSql) {
    auto statement = Statement::prepare(database, sql);
    if (!statement) return fail(statement.error());
    prepared.push_back(std::move(*statement));
  }
  return prepared;
}

Sqlite::Failure absent(StoreId id) {
  return {SQLITE_MISMATCH, fmt::format("there is no object {}", id)};
}

StoredObject object_of(const Statement& row) {
  return {.id = row.natural(0),
          .scope = std::string{row.text(1)},
          .name = std::string{row.text(2)},
          .epoch = row.natural(3),
          .version = row.natural(4)};
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path,
                                                       Durability durability) {
  if (auto made = make_file(path); !made) return fail(made.error());
  auto database = Sqlite::open(path);
  if (!database) return fail(describe(path, database.error()));
  const auto run = [&](const char* sql) -> Status {
    if (auto done = database->run(sql); !done) return fail(describe(path, done.error()));
    return {};
  };
  if (auto done = run(kWait); !done) return fail(done.error());
  if (auto done = run(kExclusive); !done) return fail(done.error());
  if (auto good = check_kind(path, *database); !good) return fail(good.error());
  if (auto done = run(kJournal); !done) return fail(done.error());
  if (auto good = check_health(path, *database); !good) return fail(good.error());
  const bool power = durability == Durability::kPower;
  if (auto done = run(power ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"); !done) {
    return fail(done.error());
  }
  if (auto done = run(kLimits); !done) return fail(done.error());
  if (auto done = upgrade(*database, schema_steps()); !done) {
    return fail(describe(path, done.error()));
  }
  auto statements = prepare_all(*database);
  if (!statements) return fail(describe(path, statements.error()));
  return std::unique_ptr<SqliteStore>{
      new SqliteStore{path, std::move(*database), std::move(*statements)}};
}

SqliteStore::SqliteStore(std::string path, Sqlite database, std::vector<Statement> statements)
    : path_(std::move(path)), database_(std::move(database)), statements_(std::move(statements)) {}

Result<std::vector<StoredObject>> SqliteStore::load() {
  std::vector<StoredObject> objects;
  Statement& query = statements_[kObjects];
  auto row = query.step();
  for (; row && *row; row = query.step()) objects.push_back(object_of(query));
  if (!row) return fail(describe(path_, row.error()));
  for (StoredObject& object : objects) {
    if (auto filled = fill(object); !filled) return fail(describe(path_, filled.error()));
  }
  return objects;
}

Result<std::optional<StoredObject>> SqliteStore::load(StoreId id) {
  Statement& query = statements_[kObject];
  const auto row = query.bind(id).step();
  if (!row) return fail(describe(path_, row.error()));
  if (!*row) return std::nullopt;
  StoredObject object = object_of(query);
  query.reset();
  if (auto filled = fill(object); !filled) return fail(describe(path_, filled.error()));
  return object;
}

Outcome<void> SqliteStore::fill(StoredObject& object) {
  Statement& attributes = statements_[kAttributes];
  auto row = attributes.bind(object.id).step();
  for (; row && *row; row = attributes.step()) {
    object.attributes.push_back({std::string{attributes.text(0)}, std::string{attributes.text(1)}});
  }
  if (!row) return fail(row.error());
  Statement& producers = statements_[kProducers];
  row = producers.bind(object.id).step();
  for (; row && *row; row = producers.step()) {
    object.producers.emplace_back(producers.text(0), producers.natural(1));
  }
  if (!row) return fail(row.error());
  return {};
}

Status SqliteStore::commit(std::span<const Record> records) {
  const auto work = [&]() -> Outcome<void> {
    if (auto begun = statements_[kBegin].run(); !begun) return begun;
    for (const Record& record : records) {
      if (auto done = perform(record); !done) return done;
    }
    return statements_[kCommit].run();
  };
  const auto done = work();
  if (done) return {};
  if (database_.in_transaction()) (void)statements_[kRollback].run();
  return fail(describe(path_, done.error()));
}

Outcome<void> SqliteStore::perform(const Record& record) {
  switch (record.kind) {
    case Record::Kind::kCreate:
      return create(record);
    case Record::Kind::kChange:
      return change(record);
    case Record::Kind::kDestroy:
      return destroy(record.id);
  }
  return {};
}

Outcome<void> SqliteStore::create(const Record& record) {
  Statement& namesake = statements_[kNamesake];
  const auto row = namesake.bind(record.scope).bind(record.name).step();
  if (!row) return fail(row.error());
  if (*row) {
    const StoreId older = namesake.natural(0);
    namesake.reset();
    if (auto ended = destroy(older); !ended) return ended;
  }
  return statements_[kCreate]
      .bind(record.id)
      .bind(record.scope)
      .bind(record.name)
      .bind(record.epoch)
      .bind(record.version)
      .run();
}

Outcome<void> SqliteStore::change(const Record& record) {
  if (auto done = statements_[kVersion].bind(record.version).bind(record.id).run(); !done) {
    return done;
  }
  if (database_.changes() == 0) return fail(absent(record.id));
  for (const Edit& each : record.edits) {
    if (auto done = edit(record.id, each); !done) return done;
  }
  for (const std::string& producer : record.forgotten) {
    if (auto done = statements_[kForget].bind(record.id).bind(producer).run(); !done) return done;
  }
  if (record.producer.empty()) return {};
  return statements_[kCount].bind(record.id).bind(record.producer).bind(record.sequence).run();
}

Outcome<void> SqliteStore::edit(StoreId id, const Edit& edit) {
  switch (edit.kind) {
    case Edit::Kind::kSet:
      return statements_[kSet].bind(id).bind(edit.key).bind(edit.value).run();
    case Edit::Kind::kDelete:
      return statements_[kDelete].bind(id).bind(edit.key).run();
    case Edit::Kind::kClear:
      return statements_[kClear].bind(id).run();
  }
  return {};
}

Outcome<void> SqliteStore::destroy(StoreId id) {
  if (auto done = statements_[kEnd].bind(id).run(); !done) return done;
  if (database_.changes() == 0) return fail(absent(id));
  if (auto done = statements_[kClear].bind(id).run(); !done) return done;
  return statements_[kEndProducers].bind(id).run();
}

}  // namespace so::store
