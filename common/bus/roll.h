#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace so::bus {

/// Who else is there: the members of a scope, or the streams that are up, as the hub told. A
/// restarted hub learns of them one by one as their tools come back; the roll tells who is new, who
/// was there before, and, once everybody has had time to come back, who did not.
class Roll {
 public:
  /// Whether this is news: unknown until now, or it says something else of itself.
  bool arrived(std::string_view id, std::string_view body);
  void left(std::string_view id);
  void clear() { known_.clear(); }

  /// From here on everybody has to be heard of again ...
  void doubt_all();
  void trust_all();  // ... or not, after all
  struct Missing {
    std::string id;
    std::string body;  // what was last said of it
  };
  /// ... and who was not is forgotten now.
  std::vector<Missing> settle();

 private:
  struct Known {
    std::string body;
    bool doubtful = false;
  };
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace so::bus
