#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/exit_code.h"
#include "bus/client.h"
#include "json/read.h"

namespace so::meta {

/// Prints the metadata of one stream, or of all ("/"), as it comes, or what is there already: the
/// hub's events, one a line.
class Follow {
 public:
  struct Options {
    std::string stream;
    bool latest = false;                 // what is there already, first
    bool only_latest = false;            // and nothing else
    std::optional<std::size_t> last{};   // only_latest, one stream: so many, the latest last
    std::optional<std::size_t> count{};  // ends after so many
  };
  /// `print` says whether anybody still reads. `done` is called once.
  Follow(bus::Client& hub, Options options, std::function<bool(std::string_view)> print,
         std::function<void(Exit)> done);

  void start();
  void link(bool connected);  // with the hub
  void event(const wire::FrameView& event);

 private:
  void ask_history();
  void told_history(const bus::Reply& reply);
  void answered(const bus::Reply& reply);
  void finish(Exit exit);

  bus::Client& hub_;
  Options options_;
  std::function<bool(std::string_view)> print_;
  std::function<void(Exit)> done_;
  std::size_t printed_ = 0;
  json::Parser parser_;
};

}  // namespace so::meta
