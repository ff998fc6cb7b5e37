#include "recording.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "json/read.h"
#include "json/write.h"

namespace so::ctl {
namespace {

void append_snapshot(json::Writer& changes, json::Element data) {
  changes.object().key("op").string("clear").end();
  if (!data.is_object()) return;
  const json::Object members = data.get_object().value_unsafe();
  for (const auto& [key, value] : members) {
    changes.object().key("op").string("set").key("key").string(key);
    changes.key("value").raw(json::compact(value)).end();
  }
}

void append_changes(json::Writer& to, json::Element batch) {
  const auto changes = json::member(batch, "changes");
  if (!changes || !changes->is_array()) return;
  const json::Array items = changes->get_array().value_unsafe();
  for (const json::Element change : items) to.raw(json::compact(change));
}

}  // namespace

std::string record_line(Millis at, std::string_view event) {
  json::Parser parser;
  const auto parsed = parser.parse(event);
  if (!parsed) return {};
  json::Writer line;
  line.object().key("at").integer(at.count()).key("changes").array();
  const std::size_t empty = line.text().size();
  if (const auto data = json::member(*parsed, "data")) append_snapshot(line, *data);
  append_changes(line, *parsed);
  const auto batches = json::member(*parsed, "batches");
  if (batches && batches->is_array()) {
    const json::Array items = batches->get_array().value_unsafe();
    for (const json::Element batch : items) append_changes(line, batch);
  }
  if (line.text().size() == empty) return {};
  return line.end().end().take();
}

Replay::Replay(net::Loop& loop, Door& door, Plan plan, Handlers handlers)
    : loop_(loop),
      door_(door),
      plan_(std::move(plan)),
      handlers_(std::move(handlers)),
      next_(loop, [this] { pump(); }),
      start_(loop.now()) {}

void Replay::receive(std::string_view text) {
  splitter_.receive(text);
  read();
}

void Replay::end() {
  splitter_.end();
  ended_ = true;
  read();
}

void Replay::read() {
  while (!full()) {
    const auto piece = splitter_.next();
    if (!piece) break;
    json::Parser parser;
    const auto parsed = piece->broken ? parser.parse("{}") : parser.parse(piece->text);
    const auto changes = parsed ? json::member(*parsed, "changes") : std::nullopt;
    if (piece->broken || !changes) {
      const std::string why = fmt::format("line {}: {}", piece->line,
                                          piece->broken ? piece->text : "changes is missing");
      return handlers_.refused("bad_request", why);
    }
    const auto at = static_cast<std::int64_t>(json::integer(*parsed, "at").value_or(0));
    waiting_.push_back({Millis{at}, fmt::format(R"({{"changes":{}}})", json::compact(*changes))});
  }
  pump();
}

Millis Replay::left_until(Millis at) const {
  if (plan_.speed <= 0) return Millis{0};
  const auto due = std::chrono::duration<double, std::milli>(at) / plan_.speed;
  const auto passed = std::chrono::duration<double, std::milli>(loop_.now() - start_);
  return std::chrono::ceil<Millis>(due - passed);
}

void Replay::pump() {
  const bool was_full = full();
  while (!waiting_.empty() && under_way_ < kUnderWay) {
    const Millis left = left_until(waiting_.front().at);
    if (left > Millis{0}) {
      next_.start(left);
      break;
    }
    const Item item = std::move(waiting_.front());
    waiting_.pop_front();
    ++under_way_;
    door_.change(plan_.object, item.changes, [this](const Reply& reply) {
      --under_way_;
      if (!reply.ok()) return handlers_.refused(reply.code, reply.message);
      pump();
    });
  }
  if (was_full && !full()) {
    if (handlers_.drained) handlers_.drained();
    return read();
  }
  const bool over = ended_ && waiting_.empty() && under_way_ == 0;
  if (over && !std::exchange(told_, true)) handlers_.done();
}

}  // namespace so::ctl
