#include "json/members.h"

namespace so::json {

std::string_view members_of(std::string_view object) {
  return object.size() < 2 ? std::string_view{} : object.substr(1, object.size() - 2);
}

std::string with_members(std::string object, std::string_view members) {
  if (members.empty()) return object;
  if (object.size() <= 2) {
    object = '{';
  } else {
    object.back() = ',';
  }
  return object.append(members) += '}';
}

}  // namespace so::json
