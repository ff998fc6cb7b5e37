// Any app is one with words or without, and no answer that is made without the password is right.
// What is taken off an app is no part of it any more, and a server's description never loses who
// reads it.
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "rtmp/auth_server.h"
#include "rtmp/authmod.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace so;
  const std::string text{as_text({data, size})};
  const auto split = rtmp::split_auth(text);
  if (!text.starts_with(split.app)) std::abort();
  if (rtmp::split_auth(split.app).words && split.app.find("authmod=") == std::string::npos)
    std::abort();
  rtmp::AuthServer server{
      {}, Bytes(32, 1), [](auto) { return std::optional<std::string>{"unknown to the fuzzer"}; }};
  if (server.check(split, "192.0.2.1", {})) std::abort();
  const auto answer = rtmp::auth_answer(text, "live", "ann", "secret", "00000001");
  if (answer && !rtmp::split_auth("live" + *answer).words) std::abort();
  return 0;
}
