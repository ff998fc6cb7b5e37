#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/sqlite.h"
#include "store/store.h"

namespace so::store {

/// What a commit survives at once. A later moment (seconds) makes both the same.
enum class Durability {
  kProcess,  // the end of this process
  kPower,    // the end of the machine: each commit waits for the disk
};

/// One SQLite file in WAL mode (its -wal lies beside it), mode 0640, locked while it is open. A
/// bound has no place here: the hub's bounds of objects and data are the file's.
class SqliteStore : public Store {
 public:
  /// Makes the file, or upgrades an older one. Errors say what is wrong with it: used by another
  /// hub, of a newer release, not a store, damaged, not to be opened; then nothing was changed.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, Durability durability);

  Result<std::vector<hub::StoredObject>> load() override;
  Result<std::optional<hub::StoredObject>> load(hub::StoreId id) override;
  Status commit(std::span<const hub::Record> records) override;

 private:
  SqliteStore(std::string path, Sqlite database, std::vector<Statement> statements);
  Sqlite::Outcome<void> perform(const hub::Record& record);
  Sqlite::Outcome<void> create(const hub::Record& record);
  Sqlite::Outcome<void> change(const hub::Record& record);
  Sqlite::Outcome<void> edit(hub::StoreId id, const hub::Edit& edit);
  Sqlite::Outcome<void> destroy(hub::StoreId id);
  Sqlite::Outcome<void> fill(hub::StoredObject& object);

  std::string path_;
  Sqlite database_;
  std::vector<Statement> statements_;
};

}  // namespace so::store
