#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "arrivals.h"
#include "base/exit_code.h"
#include "bus/client.h"
#include "fmp4/batch.h"
#include "fmp4/muxer.h"
#include "media/follower.h"
#include "net/loop.h"
#include "stream_data.h"

namespace so::fmp4serve {

/// `tap STREAM -`: one stream as fragmented MP4, from its first frame on, its clock from zero.
class Tap {
 public:
  struct Options {
    std::string stream;
    std::optional<Millis> duration;  // of the stream
    Millis wait{10'000};             // for it to begin
    fmp4::Cut cut{};
    Millis patience{5'000};  // with media that does not begin it; then it is said what is missing
  };
  /// `write` says whether anybody still reads. `done` is called once.
  Tap(net::Loop& loop, bus::Client& hub, Options options, std::function<bool(ByteView)> write,
      std::function<void(Exit)> done);

  void start();

 private:
  void unit(const media::UnitView& unit, bool skipped);
  void take(std::span<const fmp4::Event> events);
  void on(const fmp4::InitSegment& init);
  void on(const fmp4::Fragment& fragment);
  void on(const fmp4::Discontinuity&) {}
  void on(const fmp4::Notice& notice);
  void describe(Description description);
  void metadata(std::optional<double> timestamp, std::string_view data);
  void add(const fmp4::EventMessage& message);
  void write_batch(const fmp4::Batch& batch);
  void flush();
  void write(ByteView bytes);
  [[nodiscard]] std::string missing() const;
  void end(Exit exit, const std::string& why);
  void finish(Exit exit);

  net::Loop& loop_;
  bus::Client& hub_;
  Options options_;
  std::function<bool(ByteView)> write_;
  std::function<void(Exit)> done_;
  fmp4::Muxer muxer_;
  fmp4::Batches batches_;
  double time_ = 0;  // seconds: where the latest frame lies
  Bytes events_;     // for the next fragment
  std::uint32_t event_id_ = 0;
  std::string description_;
  bool begun_ = false;
  Arrivals arrivals_;   // until it has begun
  net::Timer opening_;  // of a stream that stands at its first picture
  net::Timer patience_;
  media::Follower follower_;
};

}  // namespace so::fmp4serve
