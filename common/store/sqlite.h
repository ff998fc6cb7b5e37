#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <sqlite3.h>
#include <string>
#include <string_view>

#include "base/result.h"

namespace so::store {

/// A connection to a SQLite database, for one thread. Errors are the code of SQLite and its words.
class Sqlite {
 public:
  struct Failure {
    int code = 0;  // an extended result code
    std::string text;
    [[nodiscard]] int kind() const { return code & 0xFF; }  // the primary result code
  };
  template <class T>
  using Outcome = Result<T, Failure>;

  /// A file that is not there is made.
  static Outcome<Sqlite> open(const std::string& path);

  /// Statements without values, separated by `;`.
  Outcome<void> run(const char* sql);
  /// The first column of the first row; 0 if there is none.
  Outcome<std::int64_t> number(const char* sql);
  /// Whether a transaction is open.
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }
  [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(database_.get()); }

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  explicit Sqlite(sqlite3* database) : database_(database) {}
  static Failure failure(sqlite3* database, int code);

  std::unique_ptr<sqlite3, Close> database_;
};

/// A prepared statement: bind its values, then step() until there is no row, or run(). The database
/// is closed when the last statement is gone too.
class Statement {
 public:
  static Sqlite::Outcome<Statement> prepare(Sqlite& database, std::string_view sql);

  /// The next value, from the first on. Texts are read during step() and run(), and not copied.
  Statement& bind(std::uint64_t value);
  Statement& bind(std::string_view text);

  /// Whether there is a row. After the last one the statement is as new.
  Sqlite::Outcome<bool> step();
  /// A statement without rows.
  Sqlite::Outcome<void> run();

  /// As new, though there may be more rows.
  void reset();

  [[nodiscard]] std::uint64_t natural(int column) const;
  /// Good until the next step().
  [[nodiscard]] std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

}  // namespace so::store
