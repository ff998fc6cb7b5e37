#pragma once

#include <cstdint>

namespace so::rtmp {

// Who writes where. Media of one session is written with short headers, which depend on what stood
// before on the same chunk stream; so nothing else may stand there. Clients take media from
// anywhere, but some expect control on 2 and commands and shared objects on 3.
constexpr std::uint32_t kControlChunks = 2;
constexpr std::uint32_t kCommandChunks = 3;
constexpr std::uint32_t kAudioChunks = 4;
constexpr std::uint32_t kStatusChunks = 5;  // commands on a message stream
constexpr std::uint32_t kVideoChunks = 6;
constexpr std::uint32_t kDataChunks = 8;
constexpr std::uint32_t kPreparedAudioChunks = 9;  // prepared.h
constexpr std::uint32_t kPreparedVideoChunks = 10;
constexpr std::uint32_t kPreparedDataChunks = 11;

}  // namespace so::rtmp
