#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "hub/observation.h"
#include "hub/options.h"
#include "hub/records.h"
#include "hub/scope.h"
#include "hub/shared_object.h"
#include "hub/timers.h"

namespace so::hub {

/// The lives of shared objects:
///
///     live --last user leaves--> lingering --5 s--> destroyed; the name's next life is a new epoch
///       ^------used again------------'
///
/// The timer runs anew each time, and from the last change too. A persistent object only ever
/// waits: emptiness does not end it, only drop() does. A room stays while an object of it does.
///
/// The object without a name holds the attributes of the scope itself. It is persistent, and ends
/// as others do once it holds nothing.
///
/// A predefined object does not end before its scope does, which does not stay for it.
///
/// What happens to persistent objects is recorded; take_records() hands it out.
class Objects {
 public:
  /// The options and who is told of lives outlive the objects. random() is never 0.
  Objects(const Options& options, std::function<std::uint64_t()> random,
          std::function<WallMillis()> wall, Observations& seen);

  /// nullptr: there is none.
  static SharedObject* find(const Scope& scope, std::string_view name);
  /// A new life, lingering. `most` objects may then be in the scope; nullopt: as many as the
  /// options say.
  Outcome<SharedObject*> create(Scope& scope, std::string_view name, bool persistent, TimePoint now,
                                std::optional<std::size_t> most = std::nullopt);
  /// An object that is there as long as its scope; one that is there already stays as it is. Where
  /// a bound of the hub is reached, there is none.
  void predefine(Scope& scope, const policy::Predefined& what, TimePoint now);
  /// From now on it is as any other.
  void end_predefined(SharedObject& object, TimePoint now);
  Outcome<Applied> apply(SharedObject& object, Batch batch, const Sent& sent);

  void use(SharedObject& object, ToolId tool);
  void release(SharedObject& object, ToolId tool, TimePoint now);

  /// Ends a life that nobody shares.
  void destroy(SharedObject& object);
  /// The same, and the store forgets a persistent object.
  void drop(SharedObject& object);

  /// Numbers up to this one are taken.
  void reserve(StoreId id) { last_id_ = std::max(last_id_, id); }
  /// One for something else that is stored.
  StoreId take_number() { return ++last_id_; }
  /// A persistent object that the store has from an earlier hub.
  Outcome<void> adopt(Scope& scope, const StoredObject& stored, TimePoint now);
  /// The store could not take what happened to the object: it is again what the store has.
  void revert(SharedObject& object, const StoredObject& stored, TimePoint now);
  /// The same state, but whoever has seen another must start anew.
  void begin_epoch(SharedObject& object) { object.begin_epoch(random_()); }
  [[nodiscard]] SharedObject* find(StoreId id) const;
  [[nodiscard]] std::vector<Record> take_records() { return std::exchange(holdings_.records, {}); }

  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] const Holdings& holdings() const { return holdings_; }

  [[nodiscard]] std::optional<TimePoint> deadline() const { return lingering_.next(); }
  /// Ends one life whose time is over and answers where it was; nullptr: there is none.
  Scope* tick(TimePoint now);

 private:
  void linger(SharedObject& object, TimePoint now);
  static bool may_end(const SharedObject& object);
  Outcome<void> check_place(const Scope& scope, std::string_view name,
                            std::optional<std::size_t> most = std::nullopt) const;
  SharedObject& add(Scope& scope, std::string_view name, std::uint64_t epoch, StoreId id);
  void see(std::string_view event, const SharedObject& object);

  const Options& options_;
  std::function<std::uint64_t()> random_;
  std::function<WallMillis()> wall_;
  Observations& seen_;
  std::size_t count_ = 0;
  Holdings holdings_;
  Timers<SharedObject> lingering_;
  std::unordered_map<StoreId, SharedObject*> stored_;  // the persistent ones
  StoreId last_id_ = 0;
};

}  // namespace so::hub
