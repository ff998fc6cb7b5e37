#pragma once

#include <string>
#include <string_view>

namespace so::json {

// Members of an object are joined as text: the bodies that travel are never parsed for it. Objects
// here are compact (json/read.h), members are JSON without the braces: "a":1,"b":2

/// Those of the object, borrowed from it; none of "{}" or of nothing.
std::string_view members_of(std::string_view object);

/// The object, or nothing, with more members behind its own. Without any it stays as it is.
std::string with_members(std::string object, std::string_view members);

}  // namespace so::json
