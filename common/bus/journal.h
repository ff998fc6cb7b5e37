#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "hub/hub.h"
#include "store/store.h"

namespace so::bus {

/// Holds back what a hub says until its store has what the hub did. A turn is one commit, however
/// many requests it had.
///
/// If the store cannot take it, what was done to persistent objects in this turn is undone: who
/// asked for it is refused (`storage`), its events are never sent, and the hub goes on with what
/// the store has. Who reads a mailbox that is there reads on, and who began in this turn reads.
/// Once the store takes commits again all is well by itself.
class Journal {
 public:
  struct Counters {
    std::uint64_t commits = 0;
    std::uint64_t failed = 0;   // of them
    std::uint64_t records = 0;  // stored
    Clock::duration time{};     // spent in commits
  };

  explicit Journal(std::unique_ptr<store::Store> store) : store_(std::move(store)) {}

  /// Gives the hub what the store has. What the hub may not have stays in the store, with a
  /// warning.
  Status restore(hub::Hub& hub, TimePoint now);

  /// Takes the effects of a request of that kind, or of a tick (nullopt), if they have to wait for
  /// settle(); else they stay with the caller, who may deliver them.
  void hold(std::optional<wire::Kind> request, hub::Effects& effects);
  [[nodiscard]] bool holds() const;

  /// Commits, undoes what could not be, and appends what is to be delivered now. An error: the
  /// store cannot even be read, so the hub does not know what is true any more and has to end.
  Status settle(hub::Hub& hub, TimePoint now, hub::Effects& out);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Held {
    hub::Send send;
    bool of_use;  // the reply to a use or a register
  };
  Status undo(hub::Hub& hub, TimePoint now, std::string_view why, hub::Effects& out);
  static bool stands(const Held& held, const std::optional<hub::StoredObject>& stored);
  void refuse(hub::StoreId id, const std::optional<hub::StoredObject>& stored,
              std::string_view why);
  Status commit();

  std::unique_ptr<store::Store> store_;
  std::vector<hub::Record> records_;
  std::vector<Held> held_;
  std::vector<hub::ToolId> gone_;
  std::vector<hub::Observation> seen_;
  Counters counters_;
  bool failing_ = false;
};

}  // namespace so::bus
