#pragma once

#include "hub_server.h"
#include "metrics/families.h"

namespace so {

/// What so-hub tells Prometheus, as man/so-hub.1 lists it.
void add_metrics(metrics::Families& to, const HubServer& server);

}  // namespace so
