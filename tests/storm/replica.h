#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "json/read.h"

namespace so::storm {

/// What one client knows of the object, from the lines of a door: {"event":"sync"...}, "resume",
/// "change". It holds each line against what a client may rely on, and reports what breaks that.
class Replica {
 public:
  using Fault = std::function<void(const std::string& what)>;
  explicit Replica(Fault fault) : fault_(std::move(fault)) {}

  void read(std::string_view line);
  /// A change of one's own was acknowledged: over RTMP that is all one hears of it.
  /// {"changes":[...]}
  void own(std::string_view body);
  /// Another connection: it knows nothing.
  void forget();

  [[nodiscard]] const std::map<std::string, std::string>& data() const { return data_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  void sync(json::Element event);
  void batch(json::Element batch);
  bool perform(json::Element batch);
  void set(std::string_view key, std::string value);

  Fault fault_;
  std::map<std::string, std::string> data_;
  std::string epoch_;
  std::uint64_t version_ = 0;
  std::uint64_t events_ = 0;
  bool repeating_ = false;
};

}  // namespace so::storm
