#pragma once

#include <cstdint>
#include <string>

#include "playback.h"
#include "rtmp/session.h"

namespace so::ingest {

/// What a play asks for. Flash names recordings by their format or their file, "flv:cam" or
/// "cam.flv", and says in `start` whether it means what is live (-1), either (-2) or from where on.
struct PlayWish {
  std::string stream;     // "/live/cam": of the policy and of the recording
  bool recorded = false;  // by its name: nothing else
  bool live = false;      // nothing else
  PlayRange range{};
};
PlayWish wish_of(const rtmp::PlayRequest& request);

/// Where in a recording that is (ms). Clients send any number, infinity and NaN too; NaN is the
/// start.
std::uint32_t place_in_recording(double ms);

}  // namespace so::ingest
