#pragma once

#include "ingest.h"
#include "metrics/families.h"

namespace so::ingest {

/// What an edge has and has done, under names that begin with scopewire_rtmp_.
void add_metrics(metrics::Families& to, const Ingest& ingest);

}  // namespace so::ingest
