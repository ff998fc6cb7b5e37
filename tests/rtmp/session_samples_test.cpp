#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "rtmp/samples.h"
#include "rtmp/session.h"
#include "support/pair.h"

using namespace so;
using namespace so::rtmp;
using test::Lines;

namespace {

// What a session that says yes to everything hears from a recorded client.
struct Heard {
  Lines requests;  // all that is not media
  Lines media;
  bool operator==(const Heard&) const = default;
};

enum class Way { kReceive, kLend };  // lent bytes are gone after each piece

Heard replay(const test::Sample& sample, std::size_t step, Way way) {
  const Bytes bytes = test::load(sample);
  ServerSession session{{}, 1, {}};
  Heard heard;
  for (ByteView rest = bytes; !rest.empty();) {
    const Bytes piece = to_bytes(rest.first(std::min(step, rest.size())));
    rest = rest.subspan(piece.size());
    way == Way::kLend ? session.lend(piece, {}) : session.receive(piece, {});
    while (true) {
      const auto event = session.next();
      if (!event) heard.requests.push_back(event.error().text);
      if (!event || !*event) break;
      test::accept(session, **event);
      const bool media = std::holds_alternative<Media>(**event);
      (media ? heard.media : heard.requests).push_back(test::describe_event(**event));
    }
    session.keep();
  }
  return heard;
}

// As in the sample: "8:49 9:27 18:1".
std::string counts(const Lines& media) {
  std::map<std::string, std::size_t> count;
  for (const std::string& line : media) count[line.substr(0, line.find(' '))] += 1;
  std::string text;
  for (const auto& [kind, type] : {std::pair{"audio", 8}, {"video", 9}, {"data", 18}}) {
    if (count[kind] > 0) text += fmt::format("{}:{} ", type, count[kind]);
  }
  return text;
}
std::string media_counts(const test::Sample& sample) {
  std::istringstream all{std::string{sample.messages}};
  std::string text;
  for (std::string count; all >> count;) {
    const std::string type = count.substr(0, count.find(':'));
    if (type == "8" || type == "9" || type == "18") text += count + " ";
  }
  return text;
}

Lines requests(std::string_view sample) {
  if (sample == "nginx_rtmp_pull")
    return {"connect down", "play 1 down/zz from -2000", "buffer 1 of 5000 ms"};
  if (sample == "nginx_rtmp_push") return {"connect up", "publish 1 up/s9 live"};
  if (sample.starts_with("obs")) return {"connect live", "publish 1 live/obs1?user=u&pass=p live"};
  return {"connect live", "publish 1 live/x live", "publish 1 ends"};
}

}  // namespace

TEST_CASE("recorded clients publish and play what they did, in pieces of any size") {
  for (const test::Sample& sample : test::kSamples) {
    CAPTURE(sample.name);
    const Heard whole = replay(sample, 1'000'000, Way::kReceive);
    CHECK(whole.requests == requests(sample.name));
    CHECK(counts(whole.media) == media_counts(sample));
    for (const std::size_t step : {1U, 7U, 4096U, 1'000'000U}) {
      CHECK(replay(sample, step, Way::kReceive) == whole);
      CHECK(replay(sample, step, Way::kLend) == whole);
    }
  }
}
