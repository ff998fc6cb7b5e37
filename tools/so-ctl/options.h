#pragma once

#include <optional>
#include <string>

#include "base/exit_code.h"
#include "bus/keys.h"
#include "command.h"
#include "net/url.h"
#include "rtmp/url.h"

namespace so::ctl {

enum class Way { kBus, kWebSocket, kRtmp };

struct Options {
  Way way = Way::kBus;
  net::Url web;    // kWebSocket
  rtmp::Url rtmp;  // kRtmp
  Command command;
  std::string claims;       // kBus: of whom it speaks for; empty: the operator
  std::string token;        // with --at: of who we are; empty: nobody in particular
  std::string hub_address;  // kBus, as named; empty: nobody named one
  bus::ToolKeyFiles hub_keys{};
};

/// Fills `options` from the command line, the environment and the file. An answer ends the process.
std::optional<Exit> parse_options(int argc, const char* const* argv, Options& options);

}  // namespace so::ctl
