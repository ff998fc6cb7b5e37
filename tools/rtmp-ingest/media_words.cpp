#include "media_words.h"

#include <string_view>

namespace so::ingest {

rtmp::MediaKind kind_of(flv::TagType type) {
  switch (type) {
    case flv::TagType::kAudio:
      return rtmp::MediaKind::kAudio;
    case flv::TagType::kVideo:
      return rtmp::MediaKind::kVideo;
    case flv::TagType::kScript:
      break;
  }
  return rtmp::MediaKind::kData;
}

flv::TagType type_of(rtmp::MediaKind kind) {
  switch (kind) {
    case rtmp::MediaKind::kAudio:
      return flv::TagType::kAudio;
    case rtmp::MediaKind::kVideo:
      return flv::TagType::kVideo;
    case rtmp::MediaKind::kData:
      break;
  }
  return flv::TagType::kScript;
}

media::Unit publish(media::Publisher& publisher, const rtmp::Media& media) {
  constexpr std::string_view kPrefix{"\x02\x00\x0d@setDataFrame", 16};
  const flv::Tag tag{type_of(media.kind), media.timestamp, media.body};
  if (media.kind != rtmp::MediaKind::kData || !as_text(media.body).starts_with(kPrefix))
    return publisher.publish(tag, media.whole);
  return publisher.publish({tag.type, tag.timestamp, tag.body.subspan(kPrefix.size())});
}

}  // namespace so::ingest
