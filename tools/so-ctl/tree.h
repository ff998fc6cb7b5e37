#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace so::ctl {

/// A listing of the hub (scopewire-bus(7), list) as a person reads it, indented by depth.
std::vector<std::string> tree_lines(std::string_view listing);

/// The whole paths of the rooms in it.
std::vector<std::string> rooms_of(std::string_view scope, std::string_view listing);

}  // namespace so::ctl
