#include "keygen.h"

#include "base/log.h"
#include "bus/keys.h"
#include "cli/print.h"

namespace so::ctl {

Exit keygen(const std::string& name) {
  const bus::KeyPair pair = bus::make_key_pair();
  if (const auto saved = bus::save_key_pair(name, pair); !saved) {
    log::error("{}", saved.error().text);
    return exit_for(saved.error().code);
  }
  cli::print_line(pair.known);
  return Exit::kOk;
}

}  // namespace so::ctl
