#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/time.h"
#include "bus/keys.h"
#include "follow.h"
#include "net/address.h"
#include "net/admission.h"
#include "push.h"

namespace so::meta {

struct Options {
  bool following = false;
  Follow::Options follow;
  Push::Options push;
  std::vector<std::string> values;  // before files; without either, standard input
  std::vector<std::string> files;   // "-": standard input
  /// Where others push over TCP.
  struct Door {
    net::Address address;
    std::string stream;
  };
  std::vector<Door> doors;  // none: they do not
  net::Admission::Caps caps{.total = 64, .per_address = 16};
  std::optional<net::Address> from;  // who says what is pushed
  std::optional<net::Address> to;    // who hears what is followed, instead of standard output
  std::size_t to_queue = std::size_t{1} << 20U;
  std::size_t rate = 0;           // values a second; 0: as they come
  std::optional<Millis> timeout;  // following: of all; pushing: of an answer
  std::string hub_address;        // as named; empty: nobody named one
  bus::ToolKeyFiles hub_keys{};
};

/// Fills `options` from the command line, the environment and the file. An answer ends the process.
std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace so::meta
