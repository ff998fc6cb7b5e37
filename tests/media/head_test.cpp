#include "media/head.h"

#include <string>

#include <doctest/doctest.h>

using namespace so;
using namespace so::media;

namespace {

// Feeds a head from words: "m" metadata, "c"/"a" video/audio configuration, "K" key frame, "p"
// frame, "s" sound.
struct HeadTest {
  Head head;
  std::uint64_t sequence = 0;

  void add(char kind, std::uint32_t timestamp = 0, std::size_t padding = 0) {
    Bytes body;
    switch (kind) {
      case 'm':
        body = {2, 0, 10, 'o', 'n', 'M', 'e', 't', 'a', 'D', 'a', 't', 'a', 5};
        break;
      case 'c':
        body = {0x17, 0, 0, 0, 0, 1};
        break;
      case 'a':
        body = {0xAF, 0, 0x12, 0x10};
        break;
      case 'K':
        body = {0x17, 1, 0, 0, 0, 5};
        break;
      case 'p':
        body = {0x27, 1, 0, 0, 0, 1};
        break;
      default:
        body = {0xAF, 1};
    }
    body.resize(body.size() + padding);
    const flv::TagType type = kind == 'm'                  ? flv::TagType::kScript
                              : kind == 'a' || kind == 's' ? flv::TagType::kAudio
                                                           : flv::TagType::kVideo;
    const std::uint8_t flags = flags_of({type, timestamp, body});
    head.add({++sequence, flags, type, timestamp, std::make_shared<const Bytes>(body)});
  }
  void add_all(std::string_view kinds) {
    for (const char kind : kinds) add(kind);
  }
  [[nodiscard]] std::string sequences() const {
    std::string out;
    for (const Unit& unit : head.units()) out += std::to_string(unit.sequence) + " ";
    return out;
  }
};

}  // namespace

TEST_CASE("a head is what is retained and the frames since the last key frame") {
  HeadTest test;
  test.add_all("mcaKpspK");
  CHECK(test.sequences() == "1 2 3 8 ");
  test.add_all("psp");
  CHECK(test.sequences() == "1 2 3 8 9 10 11 ");
  CHECK(test.head.latest() == 11);
}

TEST_CASE("a configuration replaces the one before, but not for frames that began with that") {
  HeadTest test;
  test.add_all("mcaKpcmp");
  CHECK(test.sequences() == "1 2 3 4 5 6 7 8 ");
  test.add_all("K");
  CHECK(test.sequences() == "3 6 7 9 ");
  test.add_all("cc");
  CHECK(test.sequences() == "3 6 7 9 10 11 ");
}

TEST_CASE("frames before a key frame, and sound without video, are not kept") {
  HeadTest test;
  test.add_all("apsssp");
  CHECK(test.sequences() == "1 ");
}

TEST_CASE("a group that is too large, too long or too many is forgotten until the next key frame") {
  HeadTest test{Head{{.bytes = 1000, .units = 5, .duration = Millis{2000}}}};
  test.add_all("cKpppp");
  CHECK(test.sequences() == "1 2 3 4 5 6 ");
  test.add('p');
  CHECK(test.sequences() == "1 ");
  test.add('p');
  CHECK(test.sequences() == "1 ");
  test.add('K', 0xFFFFFF00);
  test.add('p', 0x00000100);  // 512 ms later: the clock wrapped
  CHECK(test.sequences() == "1 9 10 ");
  test.add('p', 3000);
  CHECK(test.sequences() == "1 ");
  test.add('K', 3000, 900);
  test.add('c', 3000);
  test.add('p', 3000, 900);
  CHECK(test.sequences() == "13 ");
  CHECK(test.head.bytes() == 0);
}

TEST_CASE("without frames a head is what is retained") {
  HeadTest test{Head{{.frames = false}}};
  test.add_all("mcaKpp");
  CHECK(test.sequences() == "1 2 3 ");
}
