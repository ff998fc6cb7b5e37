#include "inputs.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"

namespace so::meta {

Inputs::Inputs(net::Loop& loop, std::vector<std::string> names, Push& push)
    : loop_(loop), names_(std::move(names)), push_(push) {}

bool Inputs::next() {
  input_.reset();
  if (opened_ == names_.size()) {
    push_.end();
    return false;
  }
  const std::string& name = names_[opened_++];
  if (name == "-") {
    push_.begin("line ");
  } else {
    push_.begin(name + ":");
    file_ = UniqueFd{::open(name.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file_.get() < 0) {
      ended(name, fail(Code::kSystem, std::strerror(errno)));
      return true;
    }
  }
  open(name);
  return true;
}

void Inputs::open(const std::string& name) {
  input_ = std::make_unique<net::Input>(
      loop_, name == "-" ? STDIN_FILENO : file_.get(),
      net::Input::Handlers{.on_bytes =
                               [this](ByteView bytes) {
                                 push_.receive(as_text(bytes));
                                 if (push_.full()) want_bytes(false);
                               },
                           .on_end = [this, name](const Status& status) { ended(name, status); }});
  if (push_.full()) want_bytes(false);
}

void Inputs::ended(const std::string& name, const Status& status) {
  if (!status) {
    log::error("unable to read {}: {}", name == "-" ? "standard input" : name, status.error().text);
    failed_ = true;
  }
  push_.end_source();
}

void Inputs::want_bytes(bool wanted) {
  if (input_) input_->want_bytes(wanted);
}

}  // namespace so::meta
