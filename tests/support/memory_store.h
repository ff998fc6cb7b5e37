#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "store/store.h"

namespace so::test {

/// A store without a file: what the engines are held against, and one that can be told to fail.
class MemoryStore : public store::Store {
 public:
  Result<std::vector<hub::StoredObject>> load() override {
    std::vector<hub::StoredObject> all;
    for (const auto& [id, entry] : objects_) all.push_back(entry.stored());
    return all;
  }
  Result<std::optional<hub::StoredObject>> load(hub::StoreId id) override {
    if (unreadable) return fail(Code::kSystem, "the disk is gone");
    const auto at = objects_.find(id);
    if (at == objects_.end()) return std::nullopt;
    return at->second.stored();
  }
  Status commit(std::span<const hub::Record> records) override {
    ++commits;
    if (full) return fail(Code::kSystem, "the disk is full");
    auto draft = objects_;
    for (const hub::Record& record : records) {
      if (!perform(record, draft)) return fail(Code::kSystem, "a record does not fit");
    }
    objects_ = std::move(draft);
    return {};
  }

  bool full = false;
  bool unreadable = false;
  int commits = 0;

 private:
  struct Entry {
    hub::StoredObject head;
    std::map<std::string, std::string> attributes;
    std::map<std::string, std::uint64_t> producers;

    [[nodiscard]] hub::StoredObject stored() const {
      hub::StoredObject object = head;
      for (const auto& [key, value] : attributes) object.attributes.push_back({key, value});
      object.producers.assign(producers.begin(), producers.end());
      return object;
    }
  };
  using Objects = std::map<hub::StoreId, Entry>;

  static bool perform(const hub::Record& record, Objects& on) {
    using Kind = hub::Record::Kind;
    if (record.kind == Kind::kCreate) {
      std::erase_if(on, [&](const auto& each) {
        return each.second.head.scope == record.scope && each.second.head.name == record.name;
      });
      if (on.contains(record.id)) return false;
      hub::StoredObject& head = on[record.id].head;
      head.id = record.id;
      head.scope = record.scope;
      head.name = record.name;
      head.epoch = record.epoch;
      head.version = record.version;
      return true;
    }
    const auto at = on.find(record.id);
    if (at == on.end()) return false;
    if (record.kind == Kind::kDestroy) {
      on.erase(at);
      return true;
    }
    change(record, at->second);
    return true;
  }

  static void change(const hub::Record& record, Entry& entry) {
    using Kind = hub::Edit::Kind;
    entry.head.version = record.version;
    for (const hub::Edit& edit : record.edits) {
      if (edit.kind == Kind::kSet) entry.attributes[edit.key] = edit.value;
      if (edit.kind == Kind::kDelete) entry.attributes.erase(edit.key);
      if (edit.kind == Kind::kClear) entry.attributes.clear();
    }
    for (const std::string& producer : record.forgotten) entry.producers.erase(producer);
    if (!record.producer.empty()) entry.producers[record.producer] = record.sequence;
  }

  Objects objects_;
};

}  // namespace so::test
