#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/time.h"
#include "json/read.h"
#include "net/http.h"
#include "viewer.h"

namespace so::fmp4serve {

/// How the viewer wants it cut: ?fragment=100ms, else as everybody.
Result<fmp4::Cut> read_cut(const net::HttpRequest& request, const fmp4::Cut& otherwise);

/// GET /live/cam.mp4?for=10s&wait=5s&fragment=gop, or ?still=1.
struct FileRequest {
  Watching watching;
  std::optional<Millis> wait;  // for a stream that is not live
};
/// nullopt: the path is of no file.
Result<std::optional<FileRequest>> read_file_request(const net::HttpRequest& request,
                                                     const fmp4::Cut& otherwise);

/// How a player does, as it says.
struct Report {
  std::optional<double> buffer;          // seconds that it has ahead
  std::optional<double> latency;         // seconds behind the source
  std::optional<std::uint64_t> dropped;  // frames, since it began
};

struct ToLive {};
struct Pause {};
struct Snapshot {};
struct Ping {};
using Request = std::variant<ToLive, Pause, Snapshot, Ping, Report>;

/// What a viewer says (scopewire-ws(7), VIDEO). An error names what is wrong with it, as the code
/// that a viewer is told.
Result<Request> read_request(json::Parser& parser, std::string_view text, Dialect dialect);

}  // namespace so::fmp4serve
