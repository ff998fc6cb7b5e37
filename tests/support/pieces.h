#pragma once

#include <cstddef>
#include <string_view>

namespace so::test {

/// Feeds a core `step` bytes at a time; `each` gets every piece as soon as it is there.
template <class Core, class Each>
void feed(Core& core, std::string_view text, std::size_t step, const Each& each) {
  const auto take = [&] {
    while (const auto piece = core.next()) each(*piece);
  };
  for (std::size_t at = 0; at < text.size(); at += step) {
    core.receive(text.substr(at, step));
    take();
  }
  core.end();
  take();
}

}  // namespace so::test
