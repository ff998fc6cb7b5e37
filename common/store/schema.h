#pragma once

#include <cstdint>
#include <span>

#include "store/sqlite.h"

namespace so::store {

/// In the header of the file (PRAGMA application_id): "soHb".
constexpr std::int64_t kApplicationId = 0x736F4862;

/// The steps from an empty file to today's tables; how many a file has had is its schema version
/// (PRAGMA user_version). A step that was released is never changed: a new one follows it.
std::span<const char* const> schema_steps();

/// Performs the steps that the database has not had, all of them or none.
Sqlite::Outcome<void> upgrade(Sqlite& database, std::span<const char* const> steps);

}  // namespace so::store
