// Whatever is in a file of the folder of recordings, and whatever its player does: a playback ends,
// and sends no byte of the file twice between two seeks.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/cursor.h"
#include "playback.h"

using namespace so;
using ingest::Playback;

namespace {

constexpr std::size_t kTag = 15;      // with its back-pointer
constexpr std::size_t kNeeds = 32;    // media::Head::Limits::retained
constexpr Millis kLater{1LL << 33U};  // more than any two time stamps are apart

struct Folder {
  std::string name = "/tmp/fuzz_rtmp_playback.XXXXXX";
  Folder() {
    if (mkdtemp(name.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(name); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;
};

const std::string& folder() {
  static const Folder made;
  return made.name;
}

/// A playback at a clock where everything is due at once.
struct Player {
  Playback& playback;
  std::size_t size;
  TimePoint now{};
  std::size_t sent = 0;
  std::size_t messages = 0;

  void seek(std::uint32_t position) {
    playback.seek(position);
    sent = messages = 0;
  }
  void take(std::size_t most) {
    // Each call sends something, ends, or has looked at kScanTags tags.
    const std::size_t calls = 2 * (size / kTag + kNeeds + 2);
    for (std::size_t call = 0; messages < most && !playback.ended(); ++call) {
      if (call > calls) std::abort();
      now += kLater;
      const auto message = playback.next(now);
      if (!message) continue;
      ++messages;
      sent += kTag + message->body.size();
      if (messages > size / kTag + kNeeds) std::abort();
      if (sent > size + kNeeds * (kTag + Playback::kLargestNeed)) std::abort();
    }
  }
};

void write(ByteView bytes) {
  std::ofstream{folder() + "/cam.flv", std::ios::binary} << as_text(bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // How many acts, two bytes each, and the file.
  Cursor in{ByteView{data, size}};
  const std::size_t acts = in.u8() % 8;
  const ByteView script = in.bytes(2 * acts);
  const ByteView file = in.rest();
  if (!in.ok()) return 0;
  write(file);
  const std::uint32_t start = acts < 4 ? 0 : 500;
  const auto opened = Playback::open(folder(), "cam", {.start = start});
  if (!opened) return 0;
  Player player{**opened, file.size()};
  for (std::size_t i = 0; i < acts; ++i) {
    const std::uint8_t what = script[2 * i];
    const std::uint32_t value = script[2 * i + 1];
    if (what % 4 == 0) player.seek(value << (what / 4 % 24));
    if (what % 4 == 1) player.take(player.messages + value);
    if (what % 4 == 2) write(file.first(file.size() * value / 256));
    if (what % 4 == 3) {
      player.playback.pause(true, player.now);
      player.playback.pause(false, player.now += Millis{value});
    }
  }
  player.take(SIZE_MAX);
  return 0;
}
