#include "intake.h"

#include <utility>

namespace so::meta {

Intake::Intake(net::Loop& loop, bus::Client& hub, net::Address address, Push::Options push)
    : line_(loop, std::move(address),
            {.open = [this] { push_.begin(to_string(line_.address()) + ", line "); },
             .bytes =
                 [this](ByteView bytes) {
                   push_.receive(as_text(bytes));
                   want();
                 },
             .drained = {},
             .closed = [this] { push_.end_source(); }}),
      push_(hub, hub.new_member(), std::move(push),
            {.drained = [this] { want(); }, .read = {}, .done = {}}) {
  want();
}

void Intake::hub_is(bool there) {
  hub_ = there;
  want();
}

void Intake::want() {
  line_.want_bytes(hub_ && !push_.full());
}

}  // namespace so::meta
