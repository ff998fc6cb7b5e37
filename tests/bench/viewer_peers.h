#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "flv/tag.h"
#include "rtmp_peers.h"
#include "rtmp_servers.h"

namespace so::bench {

// Real pictures on their way from RTMP through the bus to viewers of fmp4-serve.

constexpr std::uint32_t kLoop = 10'000;  // ms of the recording

struct Tag {
  rtmp::MediaKind kind;
  std::uint32_t timestamp;
  bool config;
  Bytes body;
};

/// 2 Mbit/s with sound, a key frame a second, as ffmpeg makes them.
inline std::vector<Tag> recording(const TempDir& dir) {
  const std::string file = dir.path("source.flv");
  const std::string make = fmt::format(
      "ffmpeg -v error -f lavfi -i testsrc2=s=640x360:r=30 -f lavfi -i sine=sample_rate=48000 -t {}"
      " -c:v libx264 -preset ultrafast -g 30 -b:v 2M -c:a aac -f flv {}",
      kLoop / 1000, file);
  if (std::system(make.c_str()) != 0) give_up("ffmpeg makes no stream");
  std::ifstream in{file, std::ios::binary};
  const Bytes all{std::istreambuf_iterator<char>{in}, {}};
  flv::Reader reader;
  reader.receive(all);
  std::vector<Tag> out;
  while (const auto tag = *reader.next()) {
    if (tag->type == flv::TagType::kScript || tag->body.size() < 2) continue;
    const bool video = tag->type == flv::TagType::kVideo;
    out.push_back({video ? rtmp::MediaKind::kVideo : rtmp::MediaKind::kAudio, tag->timestamp,
                   tag->body[1] == 0 && tag->timestamp == 0, to_bytes(tag->body)});
  }
  return out;
}

/// In real time, for ever: say(kind, timestamp, body).
template <class Say>
[[noreturn]] void publish(const std::vector<Tag>& tags, Say say) {
  const TimePoint start = Clock::now();
  for (std::uint32_t round = 0;; ++round) {
    for (const Tag& tag : tags) {
      if (tag.config && round > 0) continue;
      const std::uint32_t at = round * kLoop + tag.timestamp;
      std::this_thread::sleep_until(start + Millis{at});
      say(tag.kind, at, tag.body);
    }
  }
}

/// so-hub, rtmp-ingest and fmp4-serve, which is what is measured.
struct Chain {
  Server server;
  std::uint16_t rtmp;
};

inline Chain start_chain(const TempDir& dir) {
  Chain chain{{"fmp4-serve", true, free_port()}, free_port()};
  const std::string bin{SO_BIN};
  const std::string hub = "ipc://" + dir.path("bus");
  spawn(chain.server, {bin + "/so-hub", "--hub", hub});
  spawn(chain.server,
        {bin + "/rtmp-ingest", "--hub", hub, "--listen", fmt::format("127.0.0.1:{}", chain.rtmp)},
        dir.path("ingest.log"));
  await(dir.path("ingest.log"), {"ready on", "the hub is there"});
  spawn(chain.server,
        {bin + "/fmp4-serve", "--hub", hub, "--listen",
         fmt::format("127.0.0.1:{}", chain.server.port), "--connect-rate", "0",
         "--connect-rate-per-address", "0", "--max-connections", "15000", "--ping-every", "1h",
         "--pong-within", "1h"},
        dir.path("log"));
  await(dir.path("log"), {"ready on", "the hub is there"});
  return chain;
}

/// A viewer of live/STREAM; how long it waited for its first picture, whole.
inline UniqueFd open_viewer(std::uint16_t port, std::string_view stream, double* waited = nullptr) {
  const TimePoint start = Clock::now();
  UniqueFd fd = dial(port);
  send_all(fd.get(), as_bytes(fmt::format("GET /live/{} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                          "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                          "Sec-WebSocket-Version: 13\r\n"
                                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                                          stream)));
  // The first picture is whole when the fragment behind it begins.
  std::string got;
  std::array<char, 4096> buffer{};
  const auto complete = [&] {
    const std::size_t first = got.find("moof");
    return first != std::string::npos && got.find("moof", first + 4) != std::string::npos;
  };
  do {
    const ssize_t read = recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (read <= 0) give_up("the server has closed: " + got.substr(0, 200));
    got.append(buffer.data(), static_cast<std::size_t>(read));
    if (!got.starts_with("HTTP/1.1 101 ")) give_up(got.substr(0, 200));
  } while (waited != nullptr && !complete());
  if (waited != nullptr)
    *waited = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  return fd;
}

}  // namespace so::bench
