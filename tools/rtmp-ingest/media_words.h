#pragma once

#include "flv/tag.h"
#include "rtmp/events.h"

namespace so::ingest {

// One message in the words of RTMP and in those of FLV and the media plane.

rtmp::MediaKind kind_of(flv::TagType type);
flv::TagType type_of(rtmp::MediaKind kind);

/// The body as players are told it. Publishers say "@setDataFrame", "onMetaData", value; players
/// are told "onMetaData", value.
ByteView without_set_data_frame(const rtmp::Media& media);

}  // namespace so::ingest
