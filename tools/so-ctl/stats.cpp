#include "stats.h"

#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "json/read.h"

namespace so::ctl {
namespace {

std::uint64_t natural(json::Element of, std::string_view name) {
  return json::integer(of, name).value_or(0);
}
std::uint64_t natural(json::Element of, std::string_view group, std::string_view name) {
  const auto member = json::member(of, group);
  return member ? natural(*member, name) : 0;
}

std::uint64_t sum(json::Element of, std::string_view group) {
  const auto member = json::member(of, group);
  if (!member || !member->is_object()) return 0;
  std::uint64_t total = 0;
  const json::Object counts = member->get_object().value_unsafe();
  for (const auto& [name, value] : counts) total += natural(*member, name);
  return total;
}

StatRow row_of(json::Element item) {
  StatRow row;
  row.name = json::text(item, "name").value_or("");
  const bool room = json::member(item, "connections").has_value();
  const std::string_view people = room ? "connections" : "users";
  row.now = natural(item, people, "now");
  row.most = natural(item, people, "most");
  row.objects = natural(item, "objects", "now");
  row.streams = natural(item, "streams", "now");
  row.version = natural(item, "version");
  row.bytes = natural(item, "bytes");
  row.changes = room ? natural(item, "changes")
                     : natural(item, "sets") + natural(item, "deletes") + natural(item, "sends");
  return row;
}

std::vector<StatRow> rows_of(json::Element of, std::string_view list) {
  std::vector<StatRow> rows;
  const auto member = json::member(of, list);
  if (!member || !member->is_array()) return rows;
  const json::Array items = member->get_array().value_unsafe();
  for (const json::Element item : items) rows.push_back(row_of(item));
  return rows;
}

/// So many a second between two moments.
class Rate {
 public:
  Rate(const Stats& before, const Stats& now)
      : seconds_(std::chrono::duration<double>(now.at - before.at).count()) {}
  [[nodiscard]] double of(std::uint64_t before, std::uint64_t now) const {
    if (seconds_ <= 0 || now < before) return 0;
    return static_cast<double>(now - before) / seconds_;
  }

 private:
  double seconds_;
};

struct Busy {
  const StatRow* row;
  double rate;
};

std::vector<Busy> busiest(const std::vector<StatRow>& before, const std::vector<StatRow>& now,
                          const Rate& rate) {
  std::map<std::string_view, std::uint64_t> known;
  for (const StatRow& row : before) known.emplace(row.name, row.changes);
  std::vector<Busy> all;
  for (const StatRow& row : now) {
    const auto at = known.find(row.name);  // a new one begins from nothing
    all.push_back({&row, rate.of(at == known.end() ? 0 : at->second, row.changes)});
  }
  std::sort(all.begin(), all.end(), [](const Busy& a, const Busy& b) {
    if (a.rate != b.rate) return a.rate > b.rate;
    return a.row->name < b.row->name;
  });
  return all;
}

std::string bytes(std::uint64_t count) {
  constexpr double kStep = 1024;
  auto value = static_cast<double>(count);
  for (const std::string_view unit : {"B", "KiB", "MiB"}) {
    if (value < kStep) return fmt::format("{:.{}f} {}", value, unit == "B" ? 0 : 1, unit);
    value /= kStep;
  }
  return fmt::format("{:.1f} GiB", value);
}

std::string since(WallMillis time) {
  const auto seconds = std::chrono::duration_cast<Seconds>(time).count();
  constexpr auto kMinute = 60;
  constexpr auto kHour = 3600;
  if (seconds < kMinute) return fmt::format("{}s", seconds);
  if (seconds < kHour) return fmt::format("{}m{:02}s", seconds / kMinute, seconds % kMinute);
  return fmt::format("{}h{:02}m", seconds / kHour, seconds % kHour / kMinute);
}

}  // namespace

Result<Stats> Stats::read(TimePoint at, std::string_view root, std::string_view scope) {
  json::Parser root_parser;
  json::Parser scope_parser;
  const auto all = root_parser.parse(root);
  const auto one = scope_parser.parse(scope);
  const auto hub = all ? json::member(*all, "hub") : std::nullopt;
  if (!hub || !one) return fail(Code::kPeer, "the hub's answer has no counters");
  Stats stats;
  stats.at = at;
  stats.scope = json::text(*one, "scope").value_or("");
  stats.started = WallMillis{natural(*hub, "started")};
  stats.tools = natural(*hub, "tools");
  stats.members = natural(*hub, "members");
  stats.objects = natural(*hub, "objects");
  stats.streams = natural(*hub, "streams");
  stats.data_bytes = natural(*hub, "data_bytes");
  stats.requests = natural(*hub, "requests");
  stats.refusals = sum(*hub, "refusals");
  stats.changes = natural(*one, "changes");
  stats.rooms = rows_of(*one, "room_list");
  stats.shared = rows_of(*one, "object_list");
  return stats;
}

std::vector<std::string> screen(const Stats& before, const Stats& now, WallMillis wall,
                                std::size_t lines, std::size_t columns) {
  const Rate rate{before, now};
  std::vector<std::string> out;
  out.push_back(fmt::format("{}  up {}  tools {}  members {}  objects {}  streams {}", now.scope,
                            since(wall - now.started), now.tools, now.members, now.objects,
                            now.streams));
  out.push_back(fmt::format("changes/s {:.0f}  requests/s {:.0f}  refused/s {:.0f}  data {}",
                            rate.of(before.changes, now.changes),
                            rate.of(before.requests, now.requests),
                            rate.of(before.refusals, now.refusals), bytes(now.data_bytes)));
  if (!now.rooms.empty()) {
    out.emplace_back();
    out.push_back(fmt::format("{:>9} {:>6} {:>6} {:>8} {:>8}  ROOM", "CHANGES/S", "HERE", "MOST",
                              "OBJECTS", "STREAMS"));
    for (const auto& [row, each] : busiest(before.rooms, now.rooms, rate)) {
      out.push_back(fmt::format("{:>9.1f} {:>6} {:>6} {:>8} {:>8}  {}", each, row->now, row->most,
                                row->objects, row->streams, row->name));
    }
  }
  if (!now.shared.empty()) {
    out.emplace_back();
    out.push_back(fmt::format("{:>9} {:>6} {:>6} {:>8} {:>8}  OBJECT", "CHANGES/S", "USERS", "MOST",
                              "VERSION", "BYTES"));
    for (const auto& [row, each] : busiest(before.shared, now.shared, rate)) {
      out.push_back(fmt::format("{:>9.1f} {:>6} {:>6} {:>8} {:>8}  {}", each, row->now, row->most,
                                row->version, row->bytes, row->name));
    }
  }
  if (out.size() > lines) out.resize(lines);
  for (std::string& line : out) {
    if (line.size() > columns) line.resize(columns);
  }
  return out;
}

}  // namespace so::ctl
