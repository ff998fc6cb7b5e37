#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bus/client.h"
#include "channel.h"
#include "edge/drain.h"
#include "json/read.h"
#include "net/loop.h"
#include "net/ws_server.h"
#include "requests.h"

namespace so::fmp4serve {

/// What is known of all who come in.
constexpr std::string_view kClaims = R"({"role":"anonymous","door":"fmp4"})";

struct ServeOptions {
  std::vector<net::Address> listen;
  std::vector<net::Address> tls_listen{};
  net::TlsFiles tls{};
  std::vector<std::string> origins;
  std::size_t queue_bytes = std::size_t{4} << 20U;  // two seconds of a very good picture
  fmp4::Cut cut{};                                  // for who does not ask for another
  net::WsOptions server;
};

/// What to open the server with.
std::vector<net::WsListener> listeners(const ServeOptions& options);

/// Where the arrows turn: the hub says what is live, browsers say what they watch, and a channel is
/// kept for each stream that somebody watches or waits for.
class Serve {
 public:
  /// `server` was opened with listeners(options); all outlive this.
  Serve(const ServeOptions& options, bus::Client& hub, net::WsServer& server, net::Loop& loop);

  /// How those who watch do, as they say.
  struct Reports {
    std::size_t viewers = 0;          // who said anything
    std::optional<double> buffer{};   // the shortest, seconds
    std::optional<double> latency{};  // the longest
    std::uint64_t dropped = 0;        // frames, of all that ever said so
  };
  [[nodiscard]] Reports reports() const;
  [[nodiscard]] std::size_t viewers() const { return watching_.size(); }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }
  [[nodiscard]] const Counts& counts() const { return counts_; }

  /// Nobody is let in any more, and everybody is told to come back elsewhere or later; then `done`,
  /// once, a second after `within` at the latest.
  void drain(Millis within, std::function<void()> done);

  /// Why nobody comes in at present; empty: they do.
  [[nodiscard]] std::string unready() const;

 private:
  /// Somebody who watches a stream, or waits to be told that it may.
  struct Watcher {
    Watching watching;
    bool allowed = false;
    std::optional<Millis> wait{};            // of a file: for a stream that is not live
    std::unique_ptr<net::Timer> patience{};  // of a file: until it begins
    std::optional<Report> report{};
    TimePoint asked{};  // for something that costs
    [[nodiscard]] bool is_file() const { return patience != nullptr; }
  };

  void ask(net::ConnId id);
  void answered(net::ConnId id, const bus::Reply& reply);
  void open(net::ConnId id, const net::HttpRequest& request, std::string_view subprotocol);
  bool get_later(net::ConnId id, const net::HttpRequest& request);
  void message(net::ConnId id, const net::WsMessage& message);
  void on(net::ConnId id, Channel& channel, const Request& request);
  void report(Watcher& watcher, const Report& report);
  void refuse(net::ConnId id, const Watcher& watcher, std::string_view why);
  void closed(net::ConnId id);
  void unwatch(net::ConnId id, const std::string& stream);
  void event(const wire::FrameView& event);
  void stream_event(const std::string& stream, json::Element event);
  Channel& channel(const std::string& stream);
  [[nodiscard]] std::optional<net::HttpReply> get(const net::HttpRequest& request) const;
  [[nodiscard]] std::string streams_json() const;

  bus::Client& hub_;
  net::Loop& loop_;
  net::WsServer& server_;
  fmp4::Cut cut_;
  Counts counts_;
  std::map<std::string, std::string> live_;                             // stream to endpoint
  std::unordered_map<std::string, std::unique_ptr<Channel>> channels_;  // with at least one viewer
  std::unordered_map<net::ConnId, Watcher> watching_;
  std::unique_ptr<edge::Drain> drain_;  // set when it has begun
  std::uint64_t dropped_ = 0;           // frames, in all reports
  json::Parser parser_;
};

}  // namespace so::fmp4serve
