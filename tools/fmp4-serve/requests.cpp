#include "requests.h"

#include <algorithm>

#include "cli/units.h"
#include "cut_words.h"
#include "wire/path.h"

namespace so::fmp4serve {
namespace {

constexpr std::string_view kEnding = ".mp4";

Result<std::optional<Millis>> read_duration(const net::HttpRequest& request,
                                            std::string_view name) {
  const std::string_view text = request.parameter(name);
  if (text.empty()) return std::nullopt;
  const auto duration = cli::parse_duration(text);
  if (!duration) return fail(Code::kPeer, std::string{name} + ": " + duration.error().text);
  return *duration;
}

// No player has more than an hour ahead; what is not a number of seconds is not believed.
std::optional<double> read_seconds(json::Element from, std::string_view key) {
  const auto value = json::number(from, key);
  if (!value || !(*value >= 0 && *value <= 3600)) return std::nullopt;
  return value;
}

Result<Request> read_rich(json::Parser& parser, std::string_view text) {
  const auto message = parser.parse(text);
  if (!message) return fail(Code::kPeer, "bad_json");
  const auto type = json::text(*message, "type").value_or("");
  if (type == "live" || type == "resume") return ToLive{};
  if (type == "pause") return Pause{};
  if (type == "snapshot") return Snapshot{};
  if (type == "stats") {
    return Report{read_seconds(*message, "buffer"), read_seconds(*message, "latency"),
                  json::integer(*message, "dropped")};
  }
  return fail(Code::kPeer, "unknown_type");
}

// name[=value]
Result<Request> read_plain(std::string_view text) {
  const std::string_view name = text.substr(0, text.find('='));
  if (name == "pause") return Pause{};
  if (name == "resume") return ToLive{};
  if (name == "ping") return Ping{};
  return fail(Code::kPeer, "unknown_type");
}

}  // namespace

Result<fmp4::Cut> read_cut(const net::HttpRequest& request, const fmp4::Cut& otherwise) {
  const std::string_view text = request.parameter("fragment");
  if (text.empty()) return otherwise;
  const auto cut = parse_cut(text);
  if (!cut) return fail(Code::kPeer, "fragment: " + cut.error().text);
  return *cut;
}

Result<std::optional<FileRequest>> read_file_request(const net::HttpRequest& request,
                                                     const fmp4::Cut& otherwise) {
  std::string_view path = request.path;
  if (!path.ends_with(kEnding)) return std::nullopt;
  path.remove_suffix(kEnding.size());
  auto stream = wire::normal_path(path);
  if (!stream) return fail(stream.error());
  if (*stream == "/") return fail(Code::kPeer, "the path names no stream");
  const auto length = read_duration(request, "for");
  if (!length) return fail(length.error());
  const auto wait = read_duration(request, "wait");
  if (!wait) return fail(wait.error());
  const auto cut = read_cut(request, otherwise);
  if (!cut) return fail(cut.error());
  FileRequest file{{std::move(*stream), Dialect::kFile, std::nullopt, *cut}, *wait};
  if (!request.parameter("still").empty()) {
    file.watching.dialect = Dialect::kStill;
    file.watching.cut = {};
  }
  if (*length) file.watching.seconds = static_cast<double>((*length)->count()) / 1000;
  return file;
}

Result<Request> read_request(json::Parser& parser, std::string_view text, Dialect dialect) {
  return dialect == Dialect::kRich ? read_rich(parser, text) : read_plain(text);
}

}  // namespace so::fmp4serve
