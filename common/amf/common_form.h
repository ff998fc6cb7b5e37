#pragma once

#include "amf/value.h"

namespace so::amf {

/// The value in AMF0's words where AMF0 has them: AMF3's integers, plain arrays and anonymous
/// objects, and long strings, become what AMF0 calls them, and what stood behind 0x11 comes out.
/// So whoever reads JSON sees ordinary values, however a client has encoded them; all other types
/// keep their names.
Value common_form(Value value);

}  // namespace so::amf
