#pragma once

#include <memory>
#include <string>

#include "recording.h"
#include "report.h"
#include "stream.h"

namespace so::ingest {

/// What a client of ours publishes, from the hub's consent to the end.
struct Publication {
  std::string name;
  StreamKey from;
  Stream* stream;                          // ours as long as it is published here
  Report report{};                         // to the hub
  std::unique_ptr<Recording> recording{};  // nullptr: it is not recorded
};

}  // namespace so::ingest
