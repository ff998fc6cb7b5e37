// Any text is a token or is refused, and any file keys or none. What one key has signed, no other
// text is taken for; what was taken once is taken again.
#include <cstdlib>

#include "base/base64.h"
#include "base/bytes.h"
#include "json/read.h"
#include "token/jwk.h"
#include "token/sign.h"
#include "token/verify.h"

namespace {
constexpr std::string_view kSecret = "thirty-two bytes of secret, or so";
constexpr so::WallMillis kNow{1'700'000'000'000};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace so;
  const std::string_view text = as_text({data, size});
  static const token::Keys kKeys = *token::read_keys(kSecret);
  static_cast<void>(token::read_keys(text));
  // As it is, and as the claims of one that is signed: only so does the fuzzer get behind the
  // signature.
  static_cast<void>(token::verify(text, kKeys, {}, kNow));
  const auto made = token::sign(text, kSecret);
  if (!made) std::abort();
  const auto claims = token::verify(*made, kKeys, {.issuer = {}, .audience = "a"}, kNow);
  if (claims && !json::normalise(claims->text)) std::abort();
  if (claims && claims->text.size() > token::kMaxClaims) std::abort();
  return 0;
}
