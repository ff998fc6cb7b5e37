#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/shared_view.h"
#include "base/time.h"
#include "fmp4/fragment.h"
#include "fmp4/muxer.h"

namespace so::fmp4 {

/// How much goes into one fragment: less are fewer messages and fewer bytes around the media, and
/// media that comes as late as a fragment is long.
struct Cut {
  enum class At : std::uint8_t {
    kFrame,  // each frame
    kTime,   // about so much time
    kGop     // all from one key frame to the next
  };
  At at = At::kFrame;
  Millis every{0};  // kTime

  auto operator<=>(const Cut&) const = default;
};

/// Several frames in one fragment: pictures, then sound.
struct Batch {
  std::uint32_t sequence = 0;     // 1, 2, 3 ... over the batches of a stream
  std::vector<Sample> samples{};  // at least one
  SharedView payload{};
};

/// One piece, from the frames in this order. Copies their payloads.
Batch make_batch(std::span<const Fragment> frames, std::uint32_t sequence);

/// Gathers the frames of a muxer into batches, once for all who want them cut in this way. A batch
/// ends before each key frame, and with Cut::kTime when it is as long as it should be; sound alone
/// ends with kGop after a second. What has become too much ends, too.
class Batches {
 public:
  struct Limits {
    std::size_t bytes = std::size_t{32} << 20U;
    std::size_t frames = 4000;
    Millis length{10'000};  // of a group of pictures that does not end
  };
  explicit Batches(Cut cut) : Batches(cut, Limits{}) {}
  Batches(Cut cut, const Limits& limits) : cut_(cut), limits_(limits) {}

  /// The next frame, and the init segment that is valid for it. What ends with it, or before it.
  std::vector<Batch> add(const Fragment& frame, const InitSegment& init);
  /// What waits, if anything does: the stream ends, its tracks change, or nothing comes.
  std::optional<Batch> flush();
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

  /// For who joins: the pictures since the last key frame of `gop` up to where the next batch
  /// begins. kTime: squeezed, so that they end there. kGop: the last batch if it is a whole group,
  /// else the pictures as they lie. nullopt: it begins with the next batch. Made once between two
  /// batches, however many join.
  const std::optional<Batch>& opening(const Gop& gop);

 private:
  [[nodiscard]] bool ends_before(const Fragment& frame) const;
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] std::int64_t length() const;

  Cut cut_;
  Limits limits_;
  std::vector<Fragment> waiting_;
  std::size_t bytes_ = 0;                 // of their payloads
  std::size_t pictures_ = 0;              // of them
  std::optional<std::int64_t> begin_us_;  // where the batch before it ends; none: it is the first
  std::int64_t end_us_ = 0;
  bool video_ = false;  // the stream has some
  std::uint32_t sequence_ = 0;
  std::optional<Batch> last_;  // kGop
  std::optional<Batch> opening_;
  bool opened_ = false;  // opening_ is the one of now
};

}  // namespace so::fmp4
