#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "wire/member.h"

namespace so::hub {

/// What a stream carries and where it can be had; empty: not said.
struct Media {
  std::string endpoint;
  std::string video;
  std::string audio;
  bool operator==(const Media&) const = default;
};

/// How much a stream carries, as its publisher has measured it of late.
struct StreamRates {
  std::uint64_t bytes_per_second = 0;
  std::uint64_t frames_per_second = 0;  // pictures
  std::uint64_t gop = 0;                // ms between the last two key frames
  std::uint64_t players = 0;            // that the publisher's tool itself has
  bool operator==(const StreamRates&) const = default;
};

/// A stream that is up.
struct Stream {
  std::string path;
  wire::MemberId publisher;
  Media media;

  /// What its publisher said last of its time, in milliseconds, and when.
  struct Said {
    std::uint64_t timestamp = 0;
    TimePoint at;
  };
  std::optional<Said> said{};

  struct Measured {
    StreamRates rates;
    TimePoint at;
  };
  std::optional<Measured> measured{};

  /// Its time now; nullopt: its publisher has not said.
  [[nodiscard]] std::optional<std::uint64_t> time(TimePoint now) const;
  /// nullptr: its publisher has not said, or not for ten seconds.
  [[nodiscard]] const StreamRates* rates(TimePoint now) const;
};

/// The streams that are up, in the order of their paths.
class Streams {
 public:
  /// nullptr: it is not up.
  [[nodiscard]] Stream* find(std::string_view path);
  void put(Stream stream);
  void erase(std::string_view path);

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  /// Calls take(stream) for the stream of that path, or for every one with "/", until it answers
  /// false.
  template <class Take>
  void each(std::string_view path, Take take) const {
    const bool every = path == "/";
    for (auto at = every ? all_.begin() : all_.find(path); at != all_.end(); ++at) {
      if (!take(at->second) || !every) return;
    }
  }
  /// Those right in the scope.
  [[nodiscard]] std::vector<const Stream*> in(std::string_view scope) const;

 private:
  std::map<std::string, Stream, std::less<>> all_;
};

}  // namespace so::hub
