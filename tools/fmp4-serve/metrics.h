#pragma once

#include "metrics/families.h"
#include "serve.h"

namespace so::fmp4serve {

/// What an edge has and has done, and how its viewers say they do, under names that begin with
/// scopewire_fmp4_.
void add_metrics(metrics::Families& to, const Serve& serve);

}  // namespace so::fmp4serve
