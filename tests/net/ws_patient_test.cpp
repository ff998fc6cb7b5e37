#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/run_until.h"
#include "net/ws_peer.h"
#include "net/ws_server.h"

using namespace so;

namespace {

// Of its one client all is written down.
struct Patient {
  explicit Patient(net::RateLimit messages) {
    net::WsListener listener;
    listener.address = {"127.0.0.1", 0};
    net::WsOptions options;
    options.messages = messages;
    options.patient = true;
    auto opened = net::WsServer::open(loop, {listener}, options);
    REQUIRE(opened);
    server = *std::move(opened);
    server->set_handlers(0, {.on_message =
                                 [this](net::ConnId id, const net::WsMessage& message) {
                                   heard.push_back(to_text(message.payload));
                                   if (heard.back() == "long") server->charge(id, 200);
                                 },
                             .on_close = [this](net::ConnId, std::uint16_t its) { code = its; }});
  }

  net::Loop loop;
  std::unique_ptr<net::WsServer> server;
  std::vector<std::string> heard;
  std::uint16_t code = 0;
};

}  // namespace

TEST_CASE("ws: a patient server hears all that is too much, later and in order") {
  Patient patient{{.per_second = 1000, .burst = 50}};
  WsPeer peer{patient.server->addresses()[0]};
  const TimePoint start = Clock::now();
  peer.send(WsPeer::request("/"));
  REQUIRE(run_until(patient.loop, [&] { return peer.status() == 101; }));
  constexpr std::size_t kSaid = 450;
  std::string all;
  for (std::size_t i = 0; i < kSaid; ++i) all += WsPeer::frame(1, std::to_string(i));
  peer.send(all + WsPeer::frame(8, "\x03\xE8"));
  REQUIRE(run_until(patient.loop, [&] { return patient.code != 0; }));
  CHECK(patient.code == 1000);
  CHECK(Clock::now() - start >= Millis{390});  // by a clock of milliseconds
  REQUIRE(patient.heard.size() == kSaid);
  for (std::size_t i = 0; i < kSaid; ++i) CHECK(patient.heard[i] == std::to_string(i));
  CHECK(patient.server->counters().floods == 0);
}

TEST_CASE("ws: a message that is charged as many is as long until the next") {
  Patient patient{{.per_second = 1000, .burst = 2}};
  WsPeer peer{patient.server->addresses()[0]};
  peer.send(WsPeer::request("/"));
  REQUIRE(run_until(patient.loop, [&] { return peer.status() == 101; }));
  const TimePoint start = Clock::now();
  peer.send(WsPeer::frame(1, "long") + WsPeer::frame(1, "next"));
  REQUIRE(run_until(patient.loop, [&] { return patient.heard.size() == 2; }));
  CHECK(Clock::now() - start >= Millis{190});
}
