// One of many writers on one object, while others kill what lies between: nothing acknowledged is
// lost, nothing is applied twice or out of order, all see the same in the end.
//
// usage: so-storm SECONDS WRITERS NAME WAY
//
// WAY is `bus:SCOPE`, or the URL of a scope, ws:// or rtmp://; NAME is the writer's own. It ends
// when all WRITERS have said their last word in the object `board`. Prints one line of JSON; exit
// code 1 if there was a fault, each in a line on stderr.
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bus/zmq_bus.h"
#include "bus_door.h"
#include "cli/runtime_dir.h"
#include "json/write.h"
#include "net/url.h"
#include "net/ws_client.h"
#include "rtmp/url.h"
#include "rtmp_door.h"
#include "writer.h"
#include "ws_door.h"

namespace so::storm {
namespace {

constexpr std::size_t kUnderWay = 16;
constexpr Seconds kToAgree{20};
constexpr std::string_view kEnd = "end-";

struct OverBus {
  OverBus(net::Loop& loop, const std::string& scope)
      : bus(std::move(*bus::ZmqBus::connect(*cli::hub_address(""), loop))),
        hub(*bus, loop, "so-storm"),
        door(hub, scope, true) {}
  std::unique_ptr<bus::Bus> bus;
  bus::Client hub;
  ctl::BusDoor door;
};

// The client stays: libwebsockets lets go only of a loop that does not run. And it is alone in its
// process: libwebsockets closes the descriptor of a refused connection before libuv has forgotten
// it, which may then take the next one of that number out of epoll.
struct OverWebSocket {
  OverWebSocket(net::WsClient& client, const net::Url& url) : door(client, url, true) {}
  ctl::WsDoor door;
};

struct OverRtmp {
  OverRtmp(net::Loop& loop, const rtmp::Url& url) : door(loop, url, true) {}
  ctl::RtmpDoor door;
};

template <class Over>
Way way(std::shared_ptr<Over> over) {
  ctl::Door* door = &over->door;
  return {std::move(over), door};
}

Open open_of(net::Loop& loop, const std::string& text) {
  if (text.starts_with("bus:")) {
    return [&loop, scope = text.substr(4)] { return way(std::make_shared<OverBus>(loop, scope)); };
  }
  if (text.starts_with("rtmp://")) {
    return [&loop, url = *rtmp::parse_url(text)] {
      return way(std::make_shared<OverRtmp>(loop, url));
    };
  }
  const auto client = std::shared_ptr<net::WsClient>{std::move(*net::WsClient::create(loop))};
  return [client, url = *net::parse_url(text)] {
    return way(std::make_shared<OverWebSocket>(*client, url));
  };
}

class Storm {
 public:
  Storm(net::Loop& loop, std::size_t everywhere, const std::string& name, const std::string& text)
      : loop_(loop),
        everywhere_(everywhere),
        calm_(loop, [this] { calm(); }),
        look_(loop, [this] { look(); }),
        writer_(loop, plan(loop, name, text), [this](const std::string& what) { fault(what); }) {}

  int run(Seconds time) {
    writer_.start();
    calm_.start(time);
    loop_.run();
    say();
    return faults_ == 0 ? 0 : 1;
  }

 private:
  static Writer::Plan plan(net::Loop& loop, const std::string& name, const std::string& text) {
    const bool rtmp = text.starts_with("rtmp:");
    return {name, open_of(loop, text), rtmp ? 1 : kUnderWay, !rtmp};
  }

  void fault(const std::string& what) {
    ++faults_;
    fmt::print(stderr, "{}: {}\n", writer_.name(), what);
  }

  void calm() {
    writer_.finish();
    deadline_ = loop_.now() + kToAgree;
    look_.start(Millis{50});
  }

  void look() {
    if (writer_.finished() && shows_all()) return loop_.stop();
    if (loop_.now() < deadline_) return look_.start(Millis{50});
    if (!writer_.finished()) fault("has writes without an answer at the end");
    if (!shows_all()) fault("shows " + shown());
    loop_.stop();
  }

  // Of every writer the last word, and no later one.
  [[nodiscard]] bool shows_all() const {
    const auto& data = writer_.replica().data();
    std::size_t ends = 0;
    for (const auto& [key, value] : data) {
      if (!key.starts_with(kEnd)) continue;
      ++ends;
      const auto own = data.find(key.substr(kEnd.size()));
      if (own == data.end() || own->second != value) return false;
    }
    return ends == everywhere_;
  }

  [[nodiscard]] std::string shown() const {
    json::Writer out;
    out.object();
    for (const auto& [key, value] : writer_.replica().data()) out.key(key).raw(value);
    return out.end().take();
  }

  void say() const {
    json::Writer line;
    line.object().key("acknowledged").natural(writer_.acknowledged());
    line.key("repeated").natural(writer_.repeated());
    line.key("reconnected").natural(writer_.reconnected());
    line.key("events").natural(writer_.replica().events()).key("faults").natural(faults_);
    fmt::print("{}\n", line.key("data").raw(shown()).end().text());
  }

  net::Loop& loop_;
  std::size_t everywhere_;
  std::uint64_t faults_ = 0;
  TimePoint deadline_;
  net::Timer calm_;
  net::Timer look_;
  Writer writer_;
};

}  // namespace
}  // namespace so::storm

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 4) {
    fmt::print(stderr, "usage: so-storm SECONDS WRITERS NAME WAY\n");
    return 2;
  }
  so::net::Loop loop;
  so::storm::Storm storm{loop, std::stoul(words[1]), words[2], words[3]};
  return storm.run(so::Seconds{std::stol(words[0])});
}
