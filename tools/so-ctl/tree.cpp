#include "tree.h"

#include <algorithm>

#include <fmt/format.h>

#include "json/read.h"

namespace so::ctl {
namespace {

std::vector<json::Element> items(json::Element listing, std::string_view key) {
  std::vector<json::Element> out;
  const auto list = json::member(listing, key);
  if (!list || !list->is_array()) return out;
  const json::Array items = list->get_array().value_unsafe();
  for (const json::Element item : items) out.push_back(item);
  return out;
}

std::string object_line(json::Element object) {
  return fmt::format("{}  object, version {}, {} using{}", json::text(object, "name").value_or("?"),
                     json::integer(object, "version").value_or(0),
                     json::integer(object, "users").value_or(0),
                     json::boolean(object, "persistent").value_or(false) ? ", persistent" : "");
}

// One whose publisher has not said how much it carries, as in its first seconds, has hyphens.
std::string stream_row(json::Element stream) {
  const auto rates = json::member(stream, "rates");
  const auto rate = [&](std::string_view key) {
    return rates ? json::integer(*rates, key) : std::nullopt;
  };
  const auto words = [](std::optional<std::uint64_t> value) {
    return value ? fmt::to_string(*value) : "-";
  };
  constexpr std::uint64_t kBytesInKilobit = 125;
  const auto bytes = rate("bytes_per_second");
  const auto gop = rate("gop");
  return fmt::format("{:>8} {:>4} {:>7} {:>8}  {}",
                     bytes ? fmt::to_string(*bytes / kBytesInKilobit) : "-",
                     words(rate("frames_per_second")),
                     gop ? fmt::format("{:.2f}s", static_cast<double>(*gop) / 1000) : "-",
                     words(rate("players")), json::text(stream, "stream").value_or("?"));
}

}  // namespace

std::vector<std::string> stream_lines(std::string_view listing) {
  std::vector<std::string> lines;
  json::Parser parser;
  if (const auto parsed = parser.parse(listing)) {
    for (const json::Element stream : items(*parsed, "streams"))
      lines.push_back(json::compact(stream));
  }
  return lines;
}

std::vector<std::string> stream_rows(std::string_view listing) {
  std::vector<std::string> rows;
  json::Parser parser;
  if (const auto parsed = parser.parse(listing)) {
    for (const json::Element stream : items(*parsed, "streams")) rows.push_back(stream_row(stream));
  }
  return rows;
}

std::vector<std::string> tree_lines(std::string_view listing) {
  json::Parser parser;
  const auto parsed = parser.parse(listing);
  if (!parsed) return {std::string{listing}};
  const std::string_view scope = json::text(*parsed, "scope").value_or("?");
  const auto depth = scope == "/" ? 0 : std::count(scope.begin(), scope.end(), '/');
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  std::vector<std::string> lines{fmt::format("{}{}  {} members", indent, scope,
                                             json::integer(*parsed, "members").value_or(0))};
  for (const json::Element object : items(*parsed, "objects"))
    lines.push_back(indent + "  " + object_line(object));
  for (const json::Element stream : items(*parsed, "streams")) {
    lines.push_back(
        fmt::format("{}  {}  stream", indent, json::text(stream, "stream").value_or("?")));
  }
  return lines;
}

std::vector<std::string> rooms_of(std::string_view scope, std::string_view listing) {
  std::vector<std::string> out;
  json::Parser parser;
  const auto parsed = parser.parse(listing);
  if (!parsed) return out;
  for (const json::Element room : items(*parsed, "rooms")) {
    if (room.is_string())
      out.push_back(
          fmt::format("{}/{}", scope == "/" ? "" : scope, room.get_string().value_unsafe()));
  }
  return out;
}

}  // namespace so::ctl
