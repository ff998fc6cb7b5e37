#include "bus/journal.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"

namespace so::bus {

Status Journal::restore(hub::Hub& hub, TimePoint now) {
  const auto all = store_->load();
  if (!all) return fail(all.error());
  for (const hub::StoredObject& object : *all) {
    const auto restored = hub.restore(object, now);
    if (restored) continue;
    log::warn("object \"{}\" of {} stays in the store: {}", object.name, object.scope,
              restored.error().text);
  }
  return {};
}

bool Journal::holds() const {
  return !records_.empty() || !held_.empty() || !gone_.empty() || !seen_.empty();
}

void Journal::hold(std::optional<wire::Kind> request, hub::Effects& effects) {
  if (effects.records.empty() && !holds()) return;
  std::move(effects.records.begin(), effects.records.end(), std::back_inserter(records_));
  for (hub::Send& send : effects.sends) {
    const bool of_use = (request == wire::Kind::kUse || request == wire::Kind::kRegister) &&
                        wire::is_reply(send.frame.header.kind);
    held_.push_back({std::move(send), of_use});
  }
  gone_.insert(gone_.end(), effects.gone.begin(), effects.gone.end());
  std::move(effects.seen.begin(), effects.seen.end(), std::back_inserter(seen_));
  effects.clear();
}

Status Journal::settle(hub::Hub& hub, TimePoint now, hub::Effects& out) {
  if (!holds()) return {};
  const Status committed = records_.empty() ? Status{} : commit();
  hub::Effects undone;
  if (!committed) {
    // What failed and where is for the log: others see no path of ours.
    if (auto good = undo(hub, now, "the store failed", undone); !good) return good;
  }
  for (Held& each : held_) {
    if (!each.send.to.empty()) out.sends.push_back(std::move(each.send));
  }
  std::move(undone.sends.begin(), undone.sends.end(), std::back_inserter(out.sends));
  out.gone.insert(out.gone.end(), gone_.begin(), gone_.end());
  std::move(seen_.begin(), seen_.end(), std::back_inserter(out.seen));
  std::move(undone.seen.begin(), undone.seen.end(), std::back_inserter(out.seen));
  records_.clear();
  held_.clear();
  gone_.clear();
  seen_.clear();
  return {};
}

// What the store has none of goes first: an object that comes back may have the name of one.
Status Journal::undo(hub::Hub& hub, TimePoint now, std::string_view why, hub::Effects& out) {
  std::set<hub::StoreId> touched;
  for (const hub::Record& record : records_) touched.insert(record.id);
  std::vector<hub::StoredObject> kept;
  for (const hub::StoreId id : touched) {
    auto stored = store_->load(id);
    if (!stored) return fail(stored.error());
    refuse(id, *stored, why);
    if (*stored) {
      kept.push_back(std::move(**stored));
    } else {
      hub.revert(id, std::nullopt, false, now, out);
    }
  }
  for (const hub::StoredObject& object : kept) {
    const bool shown = std::any_of(held_.begin(), held_.end(), [&](const Held& each) {
      return each.of_use && each.send.about == object.id;
    });
    hub.revert(object.id, object, shown, now, out);
  }
  return {};
}

// Whether it is true of the object that the store has: somebody uses or reads it, or not any more,
// and is told of a note that was stored before.
bool Journal::stands(const Held& held, const std::optional<hub::StoredObject>& stored) {
  if (!stored) return false;
  const wire::Header& header = held.send.frame.header;
  if (header.kind == wire::Kind::kMail) return header.version <= stored->version;
  return held.of_use || header.kind == wire::Kind::kReplaced;
}

void Journal::refuse(hub::StoreId id, const std::optional<hub::StoredObject>& stored,
                     std::string_view why) {
  std::erase_if(seen_, [&](const hub::Observation& each) {
    return each.about == id && each.topic == policy::Topic::kChange;
  });
  for (Held& each : held_) {
    if (each.send.about != id || stands(each, stored)) continue;
    if (wire::is_reply(each.send.frame.header.kind)) {
      each.send.frame = hub::not_stored(each.send.frame, why);
      each.send.about = 0;
    } else {
      each.send.to.clear();
    }
  }
}

Status Journal::commit() {
  const TimePoint start = Clock::now();
  auto committed = store_->commit(records_);
  counters_.time += Clock::now() - start;
  ++counters_.commits;
  const bool was_failing = std::exchange(failing_, !committed);
  if (committed) {
    counters_.records += records_.size();
    if (was_failing) log::info("the store takes changes again");
  } else {
    ++counters_.failed;
    if (!was_failing) log::error("unable to store changes: {}", committed.error().text);
  }
  return committed;
}

}  // namespace so::bus
