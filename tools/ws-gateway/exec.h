#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "edge/drain.h"
#include "edge/ws_metrics.h"
#include "net/coprocess.h"
#include "net/static_dir.h"
#include "net/ws_server.h"
#include "visitors.h"

namespace so::gateway {

struct ExecOptions {
  std::vector<std::string> command;  // a program and its words; empty: not this mode
  std::size_t max_children = 1024;
  std::shared_ptr<const net::StaticDir> files;  // null: none
  std::size_t line_bytes = 256U << 10U;         // of a line that it writes
  std::size_t queue_bytes = 1U << 20U;          // that it has not read
};

/// The variables of CGI, as websocketd has them, for the program of one connection. `user` is that
/// of a token that was checked; empty: there was none.
std::vector<std::pair<std::string, std::string>> cgi_variables(const net::HttpRequest& request,
                                                               const net::Address& server, bool tls,
                                                               net::ConnId id,
                                                               const std::string& user);

/// One program for each connection: a message is a line that it reads, or several, each of which
/// counts as one; a line that it writes is a message. It ends with the connection, and the
/// connection with it.
///
/// A program whose client does not keep up waits; what it wrote waits in the client's queue, one
/// line, and the coprocess, each under its bound. A client that takes nothing at all is closed by
/// the server.
class Exec {
 public:
  /// All outlive it. The listeners say when a queue is full (WhenFull::kTell).
  Exec(ExecOptions options, net::Loop& loop, net::WsServer& server,
       const std::vector<net::WsListener>& listeners);

  /// As of Gateway.
  void set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional) {
    visitors_.set_verifier(std::move(verifier), optional);
  }
  void close_expired(WallMillis now);

  /// As of Gateway.
  void drain(Millis within, std::function<void()> done);

  /// Programs that run, also those whose connections are gone.
  [[nodiscard]] std::size_t running() const {
    return static_cast<std::size_t>(seats_.use_count() - 1);
  }
  /// As of Gateway.
  [[nodiscard]] edge::Limits limits() const {
    return {{"files", options_.files ? options_.files->refused() : 0}};
  }
  [[nodiscard]] std::string unready() const { return drain_ ? "draining" : ""; }

 private:
  struct Program {
    std::unique_ptr<net::Coprocess> process;  // null: it has ended
    std::optional<std::string> held;          // a line that the client's queue did not take
  };

  net::WsVerdict verdict(const net::HttpRequest& request);
  void open(std::size_t listener, net::ConnId id, const net::HttpRequest& request);
  void message(net::ConnId id, const net::WsMessage& message);
  void line(net::ConnId id, std::string_view line);
  void give_up(net::ConnId id, std::string_view why);
  void drained(net::ConnId id);
  void ended(net::ConnId id, const std::string& why);
  void closed(net::ConnId id);

  ExecOptions options_;
  net::Loop& loop_;
  net::WsServer& server_;
  Visitors visitors_;
  std::vector<bool> tls_;  // by listener
  std::unordered_map<net::ConnId, Program> children_;
  // Each program has a copy, and may outlive us.
  std::shared_ptr<const void> seats_ = std::make_shared<const char>();
  std::unique_ptr<edge::Drain> drain_;
};

}  // namespace so::gateway
