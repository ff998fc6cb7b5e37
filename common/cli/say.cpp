#include "cli/say.h"

#include "base/log.h"
#include "cli/notify.h"

namespace so::cli {

void say_ready(const std::vector<std::string>& addresses) {
  log::info("ready on {}", fmt::join(addresses, ", "));
  notify_supervisor("READY=1");
}

int give_up(std::string_view doing, std::string_view to_what, const Error& why) {
  log::error("{} {}: {}", doing, to_what, why.text);
  return to_int(exit_for(why.code));
}

int give_up(const Error& why) {
  log::error("{}", why.text);
  return to_int(exit_for(why.code));
}

}  // namespace so::cli
