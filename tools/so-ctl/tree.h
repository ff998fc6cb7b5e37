#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace so::ctl {

/// A listing of the hub (scopewire-bus(7), list) as a person reads it, indented by depth.
std::vector<std::string> tree_lines(std::string_view listing);

/// Its streams, as they stand in it, one each; and as a person reads them, below kStreamHeading.
std::vector<std::string> stream_lines(std::string_view listing);
constexpr std::string_view kStreamHeading = "  KBIT/S  FPS     GOP  PLAYERS  STREAM";
std::vector<std::string> stream_rows(std::string_view listing);

/// The whole paths of the rooms in it.
std::vector<std::string> rooms_of(std::string_view scope, std::string_view listing);

}  // namespace so::ctl
