#pragma once

#include "base/bytes.h"

namespace so {

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut off.
bool is_utf8(ByteView bytes);

}  // namespace so
