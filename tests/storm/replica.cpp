#include "replica.h"

#include <charconv>

#include <fmt/format.h>

namespace so::storm {
namespace {

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

json::Array items(json::Element of, std::string_view name) {
  const auto list = json::member(of, name);
  if (!list || !list->is_array()) return {};
  return list->get_array().value_unsafe();
}

}  // namespace

void Replica::forget() {
  data_.clear();
  epoch_.clear();
  version_ = 0;
}

void Replica::read(std::string_view line) {
  json::Parser parser;
  const auto event = parser.parse(line);
  const std::string_view kind = event ? json::text(*event, "event").value_or("") : "";
  if (kind == "sync") return sync(*event);
  if (kind == "change") return batch(*event);
  if (kind != "resume") return fault_(fmt::format("not an event: {}", line));
  const json::Array batches = items(*event, "batches");
  for (const json::Element each : batches) batch(each);
}

// A snapshot may only go back if it says so, by another epoch. RTMP has no epoch.
void Replica::sync(json::Element event) {
  const std::string epoch{json::text(event, "epoch").value_or("")};
  const std::uint64_t version = json::integer(event, "version").value_or(0);
  if (epoch == epoch_ && !epoch.empty() && version < version_) {
    fault_(fmt::format("a snapshot of version {} after version {}", version, version_));
  }
  epoch_ = epoch;
  version_ = version;
  data_.clear();
  const auto data = json::member(event, "data");
  if (!data || !data->is_object()) return fault_("a snapshot without data");
  const json::Object members = data->get_object().value_unsafe();
  for (const auto& [key, value] : members) {
    data_.insert_or_assign(std::string{key}, json::compact(value));
  }
}

void Replica::batch(json::Element batch) {
  ++events_;
  const std::uint64_t version = json::integer(batch, "version").value_or(0);
  const bool anew = perform(batch);
  const bool counted = !epoch_.empty();  // each version once; over RTMP they only rise
  if (counted ? version != version_ + 1 : version <= version_ && !anew) {
    fault_(fmt::format("version {} after version {}", version, version_));
  }
  version_ = version;
}

void Replica::own(std::string_view body) {
  json::Parser parser;
  const auto batch = parser.parse(body);
  if (!batch) return;
  repeating_ = true;  // it may have been applied already when its answer was lost
  perform(*batch);
  repeating_ = false;
}

// Whether it is a snapshot, which over RTMP is a Clear and all values.
bool Replica::perform(json::Element batch) {
  bool anew = false;
  const json::Array changes = items(batch, "changes");
  for (const json::Element change : changes) {
    const auto value = json::member(change, "value");
    const auto key = json::text(change, "key");
    if (json::text(change, "op") == "clear") {
      anew = true;
      data_.clear();
    } else if (key && value) {
      set(*key, json::compact(*value));
    }
  }
  return anew;
}

// A writer counts its own key up: whoever sees it go back sees a write lost, twice or out of order.
void Replica::set(std::string_view key, std::string value) {
  std::string& known = data_[std::string{key}];
  const bool same = repeating_ && value == known;
  if (key != "shared" && !known.empty() && !same && number(value) <= number(known)) {
    fault_(fmt::format("{} is {} after {}", key, value, known));
  }
  known = std::move(value);
}

}  // namespace so::storm
