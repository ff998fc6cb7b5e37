#pragma once

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "amf/amf0.h"
#include "media/zmq_publisher.h"
#include "support/hex.h"
#include "support/temp_dir.h"

namespace so::test {

/// A publisher on the media plane: H.264 160x90 with or without AAC, frames that no decoder sees.
class LiveStream {
 public:
  explicit LiveStream(net::Loop& loop) {
    auto opened = media::Publisher::open(loop, dir_.path(""), {});
    REQUIRE(opened);
    publisher_ = std::move(*opened);
  }

  [[nodiscard]] const std::string& endpoint() const { return publisher_->endpoint(); }
  void video_config() {
    video(
        0,
        "17 00 000000 0164000bffe100196764000bf3650b378f9f016c800000030080000019078a14cb01000568eb"
        "e3cb20");
  }
  void audio_config() { send(flv::TagType::kAudio, 0, "af 00 1190"); }
  /// onMetaData, which is this text.
  void describe(const std::string& text) {
    const Bytes body = amf::encode({amf::Value::string("onMetaData"), amf::Value::string(text)});
    publisher_->publish({flv::TagType::kScript, 0, body});
  }
  void key(std::uint32_t ms) { video(ms, "17 01 000000 00000003 658884"); }
  void inter(std::uint32_t ms) { video(ms, "27 01 000000 00000002 419a"); }
  void audio(std::uint32_t ms) { send(flv::TagType::kAudio, ms, "af 01 2110"); }
  /// Pictures every 40 ms, the first of them a key frame. The muxer waits for sound for 500 ms.
  void run(std::uint32_t from, std::uint32_t frames) {
    for (std::uint32_t i = 0; i < frames; ++i) i == 0 ? key(from) : inter(from + i * 40);
  }

 private:
  void video(std::uint32_t ms, const char* hex) { send(flv::TagType::kVideo, ms, hex); }
  void send(flv::TagType type, std::uint32_t ms, const char* hex) {
    const Bytes body = from_hex(hex);
    publisher_->publish({type, ms, body});
  }

  TempDir dir_;
  std::unique_ptr<media::Publisher> publisher_;
};

}  // namespace so::test
