#include "transfer.h"

#include <utility>

#include <fmt/format.h>

#include "base/log.h"
#include "json/write.h"
#include "session.h"
#include "wire/path.h"

namespace so::ctl {
namespace {

constexpr std::size_t kUnderWay = 256;       // objects, each of three requests or more
constexpr std::size_t kBatchChanges = 1000;  // the hub's bound
constexpr std::size_t kBatchBytes = std::size_t{900} << 10U;  // a frame has 1 MiB

std::string below(std::string_view scope, std::string_view room) {
  return fmt::format("{}/{}", scope == "/" ? "" : scope, room);
}

json::Array items(json::Element of, std::string_view list) {
  const auto member = json::member(of, list);
  if (!member || !member->is_array()) return {};
  return member->get_array().value_unsafe();
}

// Bodies of changes that make an object what `data` says.
std::deque<std::string> batches(const json::Object& data) {
  std::deque<std::string> bodies;
  std::string changes = R"({"op":"clear"})";
  std::size_t count = 1;
  const auto close = [&] { bodies.push_back(fmt::format(R"({{"changes":[{}]}})", changes)); };
  for (const auto& [key, value] : data) {
    json::Writer change;
    change.object().key("op").string("set").key("key").string(key);
    change.key("value").raw(json::compact(value)).end();
    if (count == kBatchChanges || changes.size() + change.text().size() > kBatchBytes) {
      close();
      changes.clear();
      count = 0;
    }
    if (count++ > 0) changes += ',';
    changes += change.text();
  }
  close();
  return bodies;
}

}  // namespace

std::string export_line(std::string_view scope, std::string_view object, json::Element snapshot) {
  json::Writer line;
  line.object().key("scope").string(scope).key("object").string(object);
  line.key("persistent").boolean(json::boolean(snapshot, "persistent").value_or(false));
  const auto data = json::member(snapshot, "data");
  return line.key("data").raw(data ? json::compact(*data) : "{}").end().take();
}

Export::Export(net::Loop& loop, bus::Client& hub, std::string scope, bool all, Print print)
    : loop_(loop), hub_(hub), scope_(std::move(scope)), all_(all), print_(std::move(print)) {}

void Export::start() {
  list(scope_);
}

void Export::list(const std::string& scope) {
  ++waiting_;
  hub_.list(0, scope, [this, scope](const bus::Reply& reply) {
    // A room may vanish between the answer that named it and ours; the one asked for may not.
    if (!reply.ok() && (reply.code != "not_found" || scope == scope_)) return refuse(reply);
    if (reply.ok()) listed(scope, reply.body);
    answered();
  });
}

void Export::listed(const std::string& scope, std::string_view body) {
  json::Parser parser;
  const auto listing = parser.parse(body);
  if (!listing) return;
  cut_ = cut_ || json::boolean(*listing, "truncated").value_or(false);
  const json::Array rooms = items(*listing, "rooms");
  for (const json::Element room : rooms) {
    if (room.is_string()) list(below(scope, room.get_string().value_unsafe()));
  }
  if (scope != "/") get(scope, "");
  const json::Array objects = items(*listing, "objects");
  for (const json::Element object : objects) {
    if (!all_ && !json::boolean(object, "persistent").value_or(false)) continue;
    get(scope, std::string{json::text(object, "name").value_or("")});
  }
}

void Export::get(const std::string& scope, const std::string& object) {
  ++waiting_;
  hub_.get(0, scope, object, "", [this, scope, object](const bus::Reply& reply) {
    if (!reply.ok() && reply.code != "not_found") return refuse(reply);
    json::Parser parser;
    const auto snapshot = parser.parse(reply.body);
    if (reply.ok() && snapshot) {
      lines_.emplace(std::pair{scope, object}, export_line(scope, object, *snapshot));
    }
    answered();
  });
}

void Export::answered() {
  if (--waiting_ > 0) return;
  for (const auto& [place, line] : lines_) {
    if (!print_(line)) return loop_.stop();
  }
  if (!cut_) return loop_.stop();
  log::error("not all: a scope has more rooms or objects than one list holds");
  loop_.stop(Exit::kPartial);
}

void Export::refuse(const bus::Reply& why) {
  log::error("{}: {}", why.code, why.message);
  loop_.stop(exit_for_code(why.code));
}

Import::Import(net::Loop& loop, bus::Client& hub, std::function<void()> drained)
    : loop_(loop), hub_(hub), drained_(std::move(drained)), member_(hub.new_member()) {}

bool Import::full() const {
  return under_way_ >= kUnderWay;
}

void Import::receive(std::string_view text) {
  splitter_.receive(text);
  take_pieces();
}

void Import::end() {
  splitter_.end();
  ended_ = true;
  take_pieces();
}

void Import::take_pieces() {
  while (!full()) {
    const auto piece = splitter_.next();
    if (!piece) break;
    ++taken_;
    ++under_way_;
    if (piece->broken) {
      finished(piece->line, {.code = "bad_json", .message = piece->text});
    } else {
      begin(piece->line, piece->text);
    }
  }
  if (!ended_ || under_way_ > 0) return;
  if (refused_ > 0) log::error("{} of {} objects were not taken", refused_, taken_);
  loop_.stop(refused_ > 0 ? Exit::kPartial : Exit::kOk);
}

void Import::begin(std::size_t line, std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    finished(line, {.code = "bad_request", .message = why});
  };
  json::Parser parser;
  const auto parsed = parser.parse(text);
  if (!parsed) return wrong(parsed.error().text);
  const auto scope = wire::normal_path(json::text(*parsed, "scope").value_or(""));
  const auto object = json::text(*parsed, "object");
  const auto data = json::member(*parsed, "data");
  if (!scope) return wrong("scope: " + scope.error().text);
  if (!object) return wrong("object is missing or not a string");
  if (!data || !data->is_object()) return wrong("data is missing or not an object");
  const bool persistent = json::boolean(*parsed, "persistent").value_or(false);
  enter(std::make_shared<Item>(Item{line, *scope, std::string{*object}, persistent,
                                    batches(data->get_object().value_unsafe())}));
}

void Import::enter(const std::shared_ptr<Item>& item) {
  hub_.join(member_, item->scope, {}, [this, item](const bus::Reply& joined) {
    if (!joined.ok()) return finished(item->line, joined);
    const bus::UseOptions options{.persistent = item->persistent};
    hub_.use(member_, item->scope, item->object, options, [this, item](const bus::Reply& used) {
      used.ok() ? write(item) : finished(item->line, used);
    });
  });
}

void Import::write(const std::shared_ptr<Item>& item) {
  const std::string batch = std::move(item->batches.front());
  item->batches.pop_front();
  hub_.change(member_, item->scope, item->object, batch, [this, item](const bus::Reply& changed) {
    if (changed.ok() && !item->batches.empty()) return write(item);
    hub_.release(member_, item->scope, item->object);
    finished(item->line, changed);
  });
}

void Import::finished(std::size_t line, const bus::Reply& reply) {
  const bool was_full = full();
  --under_way_;
  if (!reply.ok()) {
    ++refused_;
    log::error("line {}: {}: {}", line, reply.code, reply.message);
  }
  take_pieces();
  if (was_full && !full() && drained_) drained_();
}

}  // namespace so::ctl
