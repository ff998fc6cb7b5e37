#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/exit_code.h"
#include "bus/client.h"
#include "flv/tag.h"
#include "media/follower.h"
#include "media/zmq_publisher.h"
#include "net/loop.h"
#include "report.h"
#include "stream_stats.h"
#include "told_data.h"

namespace so::ingest {

/// `publish - STREAM`: FLV in, a stream on the media plane out.
class PipePublish {
 public:
  struct Handlers {
    std::function<void()> ready;     // the stream is ours: feed me
    std::function<void(Exit)> done;  // once
  };
  PipePublish(net::Loop& loop, bus::Client& hub, std::string stream, std::string media_folder,
              Handlers handlers);

  void start();
  void receive(ByteView bytes);
  void end();  // of the input

 private:
  void published(const bus::Reply& reply);
  void finish(Exit exit);

  net::Loop& loop_;
  bus::Client& hub_;
  std::string stream_;
  std::string media_folder_;
  Handlers handlers_;
  std::uint64_t member_;
  std::unique_ptr<media::Publisher> publisher_;
  flv::Reader reader_;
  ToldData told_data_;
  StreamStats stats_;
  Report report_;
};

/// `tap STREAM -`: a stream of the media plane in, FLV out, from a key frame on.
class PipeTap {
 public:
  struct Options {
    std::string stream;
    std::optional<Millis> duration;  // of the stream
    Millis wait{10'000};             // for it to begin
  };
  /// `write` says whether anybody still reads. `done` is called once.
  PipeTap(net::Loop& loop, bus::Client& hub, Options options, std::function<bool(ByteView)> write,
          std::function<void(Exit)> done);

  void start();

 private:
  void unit(const media::UnitView& unit);
  void finish(Exit exit);

  Options options_;
  std::function<bool(ByteView)> write_;
  std::function<void(Exit)> done_;
  bool begun_ = false;                  // something was written
  std::optional<std::uint32_t> first_;  // timestamp of the first frame
  media::Follower follower_;
};

}  // namespace so::ingest
