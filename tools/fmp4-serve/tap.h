#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/exit_code.h"
#include "bus/client.h"
#include "fmp4/muxer.h"
#include "json/read.h"
#include "media/zmq_subscriber.h"
#include "net/loop.h"

namespace so::fmp4serve {

/// `tap STREAM -`: one stream as fragmented MP4, from its first frame on, its clock from zero.
class Tap {
 public:
  struct Options {
    std::string stream;
    std::optional<Millis> duration;  // of the stream
    Millis wait{10'000};             // for it to begin
  };
  /// `write` says whether anybody still reads. `done` is called once.
  Tap(net::Loop& loop, bus::Client& hub, Options options, std::function<bool(ByteView)> write,
      std::function<void(Exit)> done);

  void start();

 private:
  void event(const wire::FrameView& event);
  void unit(const media::UnitView& unit, bool skipped);
  void on(const fmp4::InitSegment& init);
  void on(const fmp4::Fragment& fragment);
  void on(const fmp4::Discontinuity&) {}
  void on(const fmp4::Notice& notice);
  void write(ByteView bytes);
  void finish(Exit exit);

  net::Loop& loop_;
  bus::Client& hub_;
  Options options_;
  std::function<bool(ByteView)> write_;
  std::function<void(Exit)> done_;
  std::unique_ptr<media::Subscriber> subscriber_;
  fmp4::Muxer muxer_;
  net::Timer timeout_;
  json::Parser parser_;
};

}  // namespace so::fmp4serve
