#include <cstdlib>

#include "base/bytes.h"
#include "net/http_answer.h"

using namespace so;

// In one piece and byte by byte it is the same answer, within its bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  net::HttpAnswer at_once;
  auto whole = at_once.receive(text);
  if (whole && !*whole) whole = at_once.end();
  net::HttpAnswer slowly;
  Result<bool> other = false;
  for (std::size_t i = 0; i < text.size() && other && !*other; ++i) {
    other = slowly.receive(text.substr(i, 1));
  }
  if (other && !*other) other = slowly.end();
  if (whole.has_value() != other.has_value()) std::abort();
  if (!whole) return 0;
  if (at_once.status() != slowly.status() || at_once.body() != slowly.body()) std::abort();
  if (at_once.body().size() > net::HttpAnswer::kMaxBody) std::abort();
  return 0;
}
