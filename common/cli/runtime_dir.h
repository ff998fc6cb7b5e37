#pragma once

#include <string>

#include "base/result.h"

namespace so::cli {

/// The directory of the bus socket, the same for all tools that one user starts. The first of:
/// $SCOPEWIRE_RUNTIME_DIR; $XDG_RUNTIME_DIR/scopewire; /run/scopewire where we may write there;
/// /tmp/scopewire-UID.
struct RuntimeDir {
  std::string path;
  bool is_private = true;  // made by us for us; else whoever made it decided who may use it

  static RuntimeDir choose();

  /// Makes it, mode 0700, where it is not there. Refuses one that is no directory, and a private
  /// one that somebody else owns or may write to: /tmp is everybody's.
  [[nodiscard]] Status prepare() const;

  [[nodiscard]] std::string hub_address() const { return "ipc://" + path + "/bus"; }
};

/// Where to meet the hub: as named, or in the runtime directory, which is then prepared.
Result<std::string> hub_address(const std::string& named);

/// Where the sockets of published streams are, likewise.
Result<std::string> media_place(const std::string& named);

}  // namespace so::cli
