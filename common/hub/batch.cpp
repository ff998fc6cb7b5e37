#include "hub/batch.h"

#include <fmt/format.h>

#include "hub/fields.h"
#include "json/write.h"
#include "wire/path.h"

namespace so::hub {
namespace {

constexpr std::size_t kMaxProducer = 64;  // a UUID, or a member's id, twice over
constexpr std::size_t kMaxOnce = 68;      // as much, and its place in a list

std::optional<Op> op_named(std::string_view name) {
  if (name == "set") return Op::kSet;
  if (name == "delete") return Op::kDelete;
  if (name == "clear") return Op::kClear;
  if (name == "send") return Op::kSend;
  return std::nullopt;
}

std::string_view checked_name(Fields& in, std::string_view field, Why why) {
  const std::string_view name = in.need(field, in.text(field));
  if (in.refusal()) return name;
  if (auto good = wire::check_name(field, name, wire::kMaxKey); !good) {
    in.wrong(why, field, good.error().text.substr(field.size() + 1));
  }
  return name;
}

void check_size(Fields& in, std::string_view name, const std::string& value,
                const Options& options) {
  if (value.size() <= options.value_bytes) return;
  in.wrong(Why::kLimit, name,
           fmt::format("of {} bytes is over the limit of {}", value.size(), options.value_bytes));
}

void read_set(Fields& in, Change& change, const Options& options) {
  change.name = checked_name(in, "key", Why::kBadPath);
  const auto value = in.value("value");
  if (!value) return in.wrong(Why::kBadRequest, "value", "is missing");
  if (value->is_null()) {
    change.op = Op::kDelete;
    return;
  }
  json::append_compact(change.value, *value);
  check_size(in, "value", change.value, options);
}

void read_send(Fields& in, Change& change, const Options& options) {
  change.name = checked_name(in, "handler", Why::kBadRequest);
  if (const auto args = in.array("args")) {
    json::append_compact(change.value, *args);
    check_size(in, "args", change.value, options);
  } else {
    change.value = "[]";
  }
}

Outcome<Change> read_change(Fields in, const Options& options) {
  const auto op = op_named(in.need("op", in.text("op")));
  if (!op) in.wrong(Why::kBadRequest, "op", "is not set, delete, clear or send");
  Change change;
  change.op = op.value_or(Op::kClear);
  if (op == Op::kSet) read_set(in, change, options);
  if (op == Op::kDelete) change.name = checked_name(in, "key", Why::kBadPath);
  if (op == Op::kSend) read_send(in, change, options);
  if (in.refusal()) return fail(*in.refusal());
  return change;
}

void read_producer(Fields& in, Batch& batch) {
  const auto producer = in.text("producer");
  const auto seq = in.natural("seq");
  if (!producer && !seq) return;
  batch.producer = in.need("producer", producer);
  batch.seq = in.need("seq", seq);
  if (in.refusal()) return;
  if (batch.seq == 0) in.wrong(Why::kBadRequest, "seq", "is 0: the first is 1");
  if (auto good = wire::check_name("producer", batch.producer, kMaxProducer); !good) {
    in.wrong(Why::kBadRequest, "producer", good.error().text.substr(sizeof "producer"));
  }
}

void read_once(Fields& in, Batch& batch) {
  const auto once = in.text("once");
  if (!once) return;
  batch.once = *once;
  if (!batch.producer.empty()) in.wrong(Why::kBadRequest, "once", "comes beside a producer");
  if (auto good = wire::check_name("once", batch.once, kMaxOnce); !good) {
    in.wrong(Why::kBadRequest, "once", good.error().text.substr(sizeof "once"));
  }
}

}  // namespace

Outcome<Batch> Batch::read(json::Element body, const Options& options) {
  Fields in{body};
  Batch batch;
  batch.force = in.flag("force").value_or(false);
  batch.expect = in.natural("expect");
  read_producer(in, batch);
  read_once(in, batch);
  const auto list = in.need("changes", in.array("changes"));
  if (in.refusal()) return fail(*in.refusal());
  const json::Array changes = list.get_array().value_unsafe();
  if (changes.size() > options.changes) {
    return refuse(Why::kLimit, fmt::format("batch of {} changes is over the limit of {}",
                                           changes.size(), options.changes));
  }
  batch.changes.reserve(changes.size());
  for (const json::Element each : changes) {
    auto change = read_change(Fields{each, "changes", batch.changes.size()}, options);
    if (!change) return fail(change.error());
    batch.changes.push_back(std::move(*change));
  }
  return batch;
}

policy::Action action_of(const Change& change) {
  switch (change.op) {
    case Op::kSet:
      return policy::Action::kWrite;
    case Op::kDelete:
    case Op::kClear:
      return policy::Action::kDelete;
    case Op::kSend:
      break;
  }
  return policy::Action::kSend;
}

std::size_t most_bytes(const Change& change) {
  constexpr std::size_t kPunctuation = 40;  // {"op":"send","handler":,"args":},
  return kPunctuation + 2 * change.name.size() + change.value.size();
}

void append_change(std::string& out, const Change& change) {
  switch (change.op) {
    case Op::kSet:
      out += R"({"op":"set","key":)";
      json::append_string(out, change.name);
      out += R"(,"value":)";
      break;
    case Op::kDelete:
      out += R"({"op":"delete","key":)";
      json::append_string(out, change.name);
      break;
    case Op::kClear:
      out += R"({"op":"clear")";
      break;
    case Op::kSend:
      out += R"({"op":"send","handler":)";
      json::append_string(out, change.name);
      out += R"(,"args":)";
      break;
  }
  out += change.value;  // empty for delete and clear
  out += '}';
}

}  // namespace so::hub
