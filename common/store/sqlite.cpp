#include "store/sqlite.h"

#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace so::store {

Sqlite::Failure Sqlite::failure(sqlite3* database, int code) {
  std::string text = sqlite3_errmsg(database);
  const int system = sqlite3_system_errno(database);
  const bool of_system = (code & 0xFF) == SQLITE_CANTOPEN || (code & 0xFF) == SQLITE_IOERR;
  if (of_system && system != 0) text += fmt::format(" ({})", std::strerror(system));
  return {code, std::move(text)};
}

Sqlite::Outcome<Sqlite> Sqlite::open(const std::string& path) {
  sqlite3* opened = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                         SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &opened, kFlags, nullptr);
  Sqlite database{opened};
  if (code != SQLITE_OK) return fail(failure(opened, code));
  return database;
}

Sqlite::Outcome<void> Sqlite::run(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(failure(database_.get(), code));
  return {};
}

Sqlite::Outcome<std::int64_t> Sqlite::number(const char* sql) {
  auto statement = Statement::prepare(*this, sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? std::bit_cast<std::int64_t>(statement->natural(0)) : 0;
}

Sqlite::Outcome<Statement> Statement::prepare(Sqlite& database, std::string_view sql) {
  sqlite3_stmt* prepared = nullptr;
  const int code =
      sqlite3_prepare_v3(database.database_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return fail(Sqlite::failure(database.database_.get(), code));
  return Statement{prepared};
}

Statement& Statement::bind(std::uint64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, std::bit_cast<std::int64_t>(value));
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(statement_.get(), ++bound_, text.data() == nullptr ? "" : text.data(),
                      text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Sqlite::Outcome<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  auto failure = Sqlite::failure(sqlite3_db_handle(statement_.get()), code);
  reset();
  return fail(std::move(failure));
}

Sqlite::Outcome<void> Statement::run() {
  const auto row = step();
  if (!row) return fail(row.error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::uint64_t Statement::natural(int column) const {
  return std::bit_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace so::store
