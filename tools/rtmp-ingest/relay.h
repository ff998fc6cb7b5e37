#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "bus/client.h"
#include "json/read.h"
#include "media/zmq_publisher.h"
#include "net/loop.h"
#include "net/tcp_connections.h"
#include "remote.h"
#include "report.h"
#include "stream.h"
#include "stream_stats.h"
#include "told_data.h"

namespace so::ingest {

struct RelayOptions {
  std::string stream;           // of ours, a whole path
  std::vector<rtmp::Url> urls;  // of pull, one
  StreamOptions media;
  std::shared_ptr<const net::TlsIdentity> identity;  // for rtmps
};

/// `pull URL STREAM`: what another server plays becomes a stream here, as often as it comes.
class Pull {
 public:
  /// `failed`: the hub has refused the stream.
  Pull(net::Loop& loop, bus::Client& hub, const RelayOptions& options,
       std::function<void(Exit)> failed);
  void start() { remote_.start(); }
  void stop() { remote_.stop(); }

 private:
  void begun();
  void ended();
  void media(const rtmp::Media& media);

  net::Loop& loop_;
  bus::Client& hub_;
  RelayOptions options_;
  std::function<void(Exit)> failed_;
  std::uint64_t member_;
  std::unique_ptr<media::Publisher> publisher_;
  ToldData told_data_;
  StreamStats stats_;
  Report report_;
  net::TcpConnections connections_;
  Remote remote_;
};

/// `push STREAM URL...`: a stream goes to other servers, each with a queue and waits of its own,
/// whenever somebody publishes it. A server that is too slow is treated as a slow player is.
class Push {
 public:
  Push(net::Loop& loop, bus::Client& hub, const RelayOptions& options);
  void start();
  void stop();

 private:
  void event(const wire::FrameView& event);
  void end();

  bus::Client& hub_;
  RelayOptions options_;
  net::TcpConnections connections_;
  Stream stream_;
  std::vector<std::unique_ptr<Remote>> remotes_;
  json::Parser parser_;
};

}  // namespace so::ingest
