#include "store/open.h"

#include "store/sqlite_store.h"

namespace so::store {

Result<std::unique_ptr<Store>> open(const Options& options) {
  if (options.path.empty()) return nullptr;
  const bool power = options.durability == "power";
  auto opened = SqliteStore::open(options.path, power ? Durability::kPower : Durability::kProcess);
  if (!opened) return fail(opened.error());
  return std::unique_ptr<Store>{std::move(*opened)};
}

}  // namespace so::store
