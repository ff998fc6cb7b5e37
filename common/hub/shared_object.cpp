#include "hub/shared_object.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "hub/scope.h"
#include "json/write.h"
#include "wire/frame.h"
#include "wire/member.h"

namespace so::hub {
namespace {

void append_edit(std::vector<Edit>& edits, const Change& change) {
  switch (change.op) {
    case Op::kSet:
      edits.push_back({Edit::Kind::kSet, std::string{change.name}, change.value});
      break;
    case Op::kDelete:
      edits.push_back({Edit::Kind::kDelete, std::string{change.name}, {}});
      break;
    case Op::kClear:
      edits.push_back({Edit::Kind::kClear, {}, {}});
      break;
    case Op::kSend:
      break;
  }
}

void count(Op op, ObjectCounters& counters) {
  switch (op) {
    case Op::kSet:
      ++counters.sets;
      break;
    case Op::kDelete:
    case Op::kClear:
      ++counters.deletes;
      break;
    case Op::kSend:
      ++counters.sends;
      break;
  }
}

// Performs the changes and appends those that have an effect, to `edits` too unless it is null;
// whether there were any.
bool perform(const Batch& batch, Attributes& on, std::string& text, std::vector<Edit>* edits,
             ObjectCounters& counters) {
  const std::size_t start = text.size();
  for (const Change& change : batch.changes) {
    const auto old = on.find(change.name);
    const bool effect =
        change.op == Op::kSend || (change.op == Op::kSet && (!old || *old != change.value)) ||
        (change.op == Op::kDelete && old) || (change.op == Op::kClear && on.size() > 0);
    if (!effect && !batch.force) continue;
    if (text.size() > start) text += ',';
    append_change(text, change);
    if (edits != nullptr) append_edit(*edits, change);
    count(change.op, counters);
    if (change.op == Op::kSet) on.set(change.name, change.value);
    if (change.op == Op::kDelete) on.remove(change.name);
    if (change.op == Op::kClear) on.clear();
  }
  return text.size() > start;
}

void append_version(std::string& out, std::uint64_t version) {
  out += R"("version":)";
  json::append_number(out, version);
}

std::size_t most_bytes(const Batch& batch) {
  std::size_t bytes = 0;
  for (const Change& change : batch.changes) bytes += most_bytes(change);
  return bytes;
}

constexpr std::size_t kEnd = 2;  // ]}

// Those of the policy, within those of the hub.
struct Bounds {
  std::size_t attributes;
  std::size_t bytes;
};
Bounds bounds_of(const std::unique_ptr<const Rights>& rights, const Options& options) {
  if (!rights) return {options.attributes, options.object_bytes};
  return {rights->bounds.attributes.value_or(options.attributes),
          std::min(rights->bounds.bytes.value_or(options.object_bytes), options.object_bytes)};
}

// What is over a bound that was lowered may shrink.
Outcome<void> check_bounds(const Attributes& old, const Attributes& attributes, Bounds bounds) {
  if (attributes.size() > std::max(bounds.attributes, old.size())) {
    return refuse(Why::kLimit, fmt::format("attributes of the object: {} is over the limit of {}",
                                           attributes.size(), bounds.attributes));
  }
  if (attributes.bytes() > std::max(bounds.bytes, old.bytes())) {
    return refuse(Why::kLimit, fmt::format("bytes of the object: {} is over the limit of {}",
                                           attributes.bytes(), bounds.bytes));
  }
  return {};
}

Outcome<void> check_bounds(std::size_t all, std::size_t event, const Options& options) {
  const auto check = [](std::string_view what, std::size_t is, std::size_t most) -> Outcome<void> {
    if (is <= most) return {};
    return refuse(Why::kLimit, fmt::format("{}: {} is over the limit of {}", what, is, most));
  };
  if (auto good = check("bytes of all objects", all, options.data_bytes); !good) return good;
  return check("bytes of the event", event + kEnd, wire::kMaxBody);
}

}  // namespace

std::string Applied::status() const {
  switch (verdict) {
    case Verdict::kOk:
      return R"({"status":"ok"})";
    case Verdict::kNoop:
      return R"({"status":"noop"})";
    case Verdict::kDup:
      if (at == 0) return R"({"status":"dup"})";
      return fmt::format(R"({{"status":"dup","applied":{}}})", at);
    case Verdict::kGap:
      return fmt::format(R"({{"status":"gap","last":{}}})", last);
    case Verdict::kCas:
      return R"({"status":"cas"})";
  }
  return {};
}

SharedObject::SharedObject(Scope& home, std::string name, std::uint64_t epoch, StoreId id)
    : home_(&home), name_(std::move(name)), epoch_(epoch), id_(id) {}

std::optional<Applied> SharedObject::judge(const Batch& batch, TimePoint now,
                                           const Options& options, const Holdings& holdings) const {
  if (!batch.once.empty()) {
    const auto at = holdings.receipts.find({epoch_, batch.once}, now - options.forget);
    if (at) return Applied{Verdict::kDup, 0, {}, *at};
  }
  if (!batch.producer.empty()) {
    const std::uint64_t last = producers_ ? producers_->last(batch.producer) : 0;
    if (batch.seq < last) return Applied{Verdict::kDup, last, {}};
    if (batch.seq == last) return Applied{Verdict::kDup, last, {}, producers_->at(batch.producer)};
    if (batch.seq > last + 1) return Applied{Verdict::kGap, last, {}};
  }
  if (batch.expect && *batch.expect != version_) return Applied{Verdict::kCas, 0, {}};
  return std::nullopt;
}

// That its producer has come so far; false: that is not kept. What had no effect makes nobody be
// forgotten: sent again it is done then, if at all.
bool SharedObject::count(const Batch& batch, bool effect, const Sent& sent, const Options& options,
                         std::vector<std::string>& forgotten) {
  if (batch.producer.empty()) return false;
  if (!producers_) producers_ = std::make_unique<Producers>();
  const Producers::Bounds bounds{options.producers, options.producers_per_author, options.forget};
  return producers_->remember({batch.producer, sent.author, batch.seq, version_, effect}, bounds,
                              sent.now, forgotten);
}

Outcome<Applied> SharedObject::apply(Batch batch, const Sent& sent, const Options& options,
                                     Holdings& holdings) {
  const TimePoint now = sent.now;
  if (auto verdict = judge(batch, now, options, holdings)) return std::move(*verdict);
  Record record{.kind = Record::Kind::kChange, .id = id_, .epoch = epoch_};
  Applied applied;
  applied.event.reserve(256 + most_bytes(batch));
  begin(applied.event, "change");
  const std::size_t opening = applied.event.size();
  append_version(applied.event, version_ + 1);
  applied.event += R"(,"from":")";
  applied.event += sent.member;
  applied.event += R"(","changes":[)";
  const auto effect =
      edit(batch, applied.event, options, holdings, persistent() ? &record.edits : nullptr);
  if (!effect) return fail(effect.error());
  touched = now;
  if (*effect) ++version_;
  const bool counted = count(batch, *effect, sent, options, record.forgotten);
  if (!batch.once.empty()) {
    holdings.receipts.remember({epoch_, batch.once}, sent.author, version_,
                               {options.receipts, options.forget}, now);
  }
  if (persistent() && (*effect || counted || !record.forgotten.empty())) {
    record.version = version_;
    if (counted) {
      record.producer = batch.producer;
      record.sequence = batch.seq;
    }
    holdings.records.push_back(std::move(record));
  }
  if (!*effect) return Applied{Verdict::kNoop, 0, {}};
  applied.event += "]}";
  keep(std::string_view{applied.event}.substr(opening), options, holdings);
  return applied;
}

// Most batches are so far from every bound that they may be performed at once. The others are
// performed on a copy, which is thrown away if it went over.
Outcome<bool> SharedObject::edit(Batch& batch, std::string& event, const Options& options,
                                 Holdings& holdings, std::vector<Edit>* edits) {
  const std::size_t others = holdings.data - attributes_.bytes();
  const std::size_t most = most_bytes(batch);
  const Bounds bounds = bounds_of(rights, options);
  const bool fits = attributes_.size() + batch.changes.size() <= bounds.attributes &&
                    attributes_.bytes() + most <= bounds.bytes &&
                    holdings.data + most <= options.data_bytes &&
                    event.size() + most + kEnd <= wire::kMaxBody;
  bool effect = false;
  if (fits) {
    effect = perform(batch, attributes_, event, edits, counters);
  } else {
    Attributes draft = attributes_;
    ObjectCounters counted = counters;
    effect = perform(batch, draft, event, edits, counted);
    auto good = check_bounds(attributes_, draft, bounds);
    if (good) good = check_bounds(others + draft.bytes(), event.size(), options);
    if (!good) return fail(good.error());
    attributes_ = std::move(draft);
    counters = counted;
  }
  holdings.data = others + attributes_.bytes();
  return effect;
}

void SharedObject::begin_with(const std::vector<std::pair<std::string, std::string>>& values,
                              Holdings& holdings) {
  Record record{.kind = Record::Kind::kChange, .id = id_, .epoch = epoch_, .version = version_};
  for (const auto& [key, value] : values) {
    attributes_.set(key, value);
    record.edits.push_back({Edit::Kind::kSet, key, value});
  }
  holdings.data += attributes_.bytes();
  if (persistent() && !record.edits.empty()) holdings.records.push_back(std::move(record));
}

void SharedObject::restore(const StoredObject& stored, TimePoint now, Holdings& holdings) {
  holdings.data -= attributes_.bytes();
  holdings.logs -= log_.bytes();
  attributes_.clear();
  log_.clear();
  epoch_ = stored.epoch;
  version_ = stored.version;
  for (const Attribute& each : stored.attributes) attributes_.set(each.key, each.value);
  producers_.reset();
  if (!stored.producers.empty()) producers_ = std::make_unique<Producers>();
  for (const auto& [producer, last] : stored.producers) producers_->restore(producer, last, now);
  holdings.receipts.forget_after(epoch_, version_);
  holdings.data += attributes_.bytes();
}

// Over the bound of all logs, who writes forgets its own past first: nobody pays for another.
void SharedObject::keep(std::string_view batch, const Options& options, Holdings& holdings) {
  holdings.logs -= log_.bytes();
  const auto over = [&] {
    return holdings.logs + log_.bytes() + batch.size() > options.all_log_bytes;
  };
  if (over()) log_.clear();
  if (!over()) log_.append(batch, options.log_batches, options.log_bytes);
  holdings.logs += log_.bytes();
}

// {"event":"sync","scope":"/chat/room1","object":"chat","epoch":"0123456789abcdef",
void SharedObject::begin(std::string& body, std::string_view event) const {
  body += R"({"event":")";
  body += event;
  body += R"(","scope":)";
  json::append_string(body, home_->path);
  body += R"(,"object":)";
  json::append_string(body, name_);
  body += R"(,"epoch":")";
  wire::append_hex64(body, epoch_);
  body += R"(",)";
}

std::string SharedObject::snapshot() const {
  std::string body;
  body.reserve(256 + attributes_.bytes());
  begin(body, "sync");
  append_version(body, version_);
  body += persistent() ? R"(,"persistent":true,"data":{)" : R"(,"persistent":false,"data":{)";
  bool first = true;
  for (const Attributes::Entry& each : attributes_) {
    if (!std::exchange(first, false)) body += ',';
    json::append_string(body, each.key());
    body += ':';
    body += each.value();
  }
  body += "}}";
  return body;
}

std::string SharedObject::history(std::uint64_t n) const {
  std::uint64_t known = std::min<std::uint64_t>(n, log_.batches());
  auto body = resume(known);
  while (!body) body = resume(known /= 2);  // of none it always fits
  return std::move(*body);
}

std::string SharedObject::catch_up(std::uint64_t epoch, std::uint64_t version) const {
  if (epoch == epoch_ && version <= version_) {
    if (auto body = resume(version_ - version)) return std::move(*body);
  }
  return snapshot();
}

std::optional<std::string> SharedObject::resume(std::uint64_t missing) const {
  const auto batches = log_.newest(missing);
  if (!batches) return std::nullopt;
  std::string body;
  begin(body, "resume");
  append_version(body, version_);
  body += R"(,"batches":[)";
  bool first = true;
  for (const std::string_view batch : *batches) {
    if (!std::exchange(first, false)) body += ',';
    body += '{';
    body += batch;
    if (body.size() + kEnd > wire::kMaxBody) return std::nullopt;
  }
  body += "]}";
  return body;
}

}  // namespace so::hub
