#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/exit_code.h"
#include "bus/client.h"

namespace so::meta {

/// Prints the metadata of one stream, or of all ("/"), as it comes: the hub's events, one a line.
class Follow {
 public:
  struct Options {
    std::string stream;
    bool latest = false;                 // what is there already, first
    bool only_latest = false;            // and nothing else
    std::optional<std::size_t> count{};  // ends after so many
  };
  /// `print` says whether anybody still reads. `done` is called once.
  Follow(bus::Client& hub, Options options, std::function<bool(std::string_view)> print,
         std::function<void(Exit)> done);

  void start();
  void event(const wire::FrameView& event);

 private:
  void answered(const bus::Reply& reply);
  void finish(Exit exit);

  bus::Client& hub_;
  Options options_;
  std::function<bool(std::string_view)> print_;
  std::function<void(Exit)> done_;
  std::size_t printed_ = 0;
};

}  // namespace so::meta
