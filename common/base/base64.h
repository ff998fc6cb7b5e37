#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace so {

/// RFC 4648, standard alphabet, padded.
std::string to_base64(ByteView bytes);
/// Strict: wrong characters, lengths or padding are errors.
Result<Bytes> from_base64(std::string_view text);

/// RFC 4648, the alphabet for URLs, without padding.
std::string to_base64url(ByteView bytes);
/// Strict: there is one text for some bytes, so bits that would be lost are errors too.
Result<Bytes> from_base64url(std::string_view text);

}  // namespace so
