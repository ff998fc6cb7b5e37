#pragma once

#include "flv/tag.h"
#include "media/zmq_publisher.h"
#include "rtmp/events.h"

namespace so::ingest {

// One message in the words of RTMP and in those of FLV and the media plane.

rtmp::MediaKind kind_of(flv::TagType type);
flv::TagType type_of(rtmp::MediaKind kind);

/// As players are told it: publishers say "@setDataFrame", "onMetaData", value; players are told
/// "onMetaData", value. The body is not copied if it may be moved away.
media::Unit publish(media::Publisher& publisher, const rtmp::Media& media);

}  // namespace so::ingest
