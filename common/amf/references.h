#pragma once

#include "amf/value.h"

namespace so::amf {

/// Puts in place of each reference a copy of what it refers to, so that the values can go separate
/// ways. `body` is all that one Decoder gave, in order. A reference stays where it is if what it
/// refers to encloses it (a cycle has no end), or where the copies would break the bounds: depth,
/// nodes, and `repeated` for their bytes. Says whether none has stayed.
bool expand_references(Values& body, const Limits& limits = {});

/// Whether there is a reference in the value: it means nothing outside the body it came with.
bool has_reference(const Value& value);

}  // namespace so::amf
