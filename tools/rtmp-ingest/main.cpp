#include <algorithm>
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "base/log.h"
#include "bus/zmq_bus.h"
#include "cli/print.h"
#include "cli/runtime_dir.h"
#include "cli/say.h"
#include "ingest.h"
#include "media/zmq_keys.h"
#include "metrics.h"
#include "metrics/endpoint.h"
#include "net/socket.h"
#include "net/stdio.h"
#include "net/tcp_server.h"
#include "options.h"
#include "pipe.h"
#include "relay.h"

using namespace so;

namespace {

// Who clients have to be, from now on.
void guard(ingest::Ingest& ingest, const ingest::Options& options) {
  const cli::Users& users = options.users;
  ingest.set_verifier(options.tokens.verifier, options.tokens.optional);
  ingest.set_users({users.passwords,
                    users.scheme == "llnw" ? rtmp::AuthScheme::kLlnw : rtmp::AuthScheme::kAdobe,
                    users.ask == "all"});
}

int serve(ingest::Options& options, net::Loop& loop, bus::Client& hub) {
  constexpr std::size_t kOtherFiles = 512;  // the bus, streams, recordings
  net::set_descriptor_limit(options.tcp.caps.total + kOtherFiles);
  net::TcpServer server{loop, options.tcp};
  std::vector<std::string> ready;
  for (const net::Address& wanted : options.listen) {
    const auto address = server.add(wanted);
    if (!address) return cli::give_up(address.error());
    ready.push_back("rtmp://" + to_string(*address));
  }
  const auto show_certificates = [&]() -> Status {
    auto identity = net::TlsIdentity::server(options.certificates);
    if (!identity) return fail(identity.error());
    server.set_identity(std::move(*identity));
    return {};
  };
  if (!options.tls_listen.empty()) {
    if (const auto shown = show_certificates(); !shown) return cli::give_up(shown.error());
  }
  for (const net::Address& wanted : options.tls_listen) {
    const auto address = server.add(wanted, true);
    if (!address) return cli::give_up(address.error());
    ready.push_back("rtmps://" + to_string(*address));
  }
  ingest::Ingest ingest{options.ingest, loop, server.connections(), hub};
  guard(ingest, options);
  net::Timer expiry{loop, [&] { ingest.close_expired(wall_now()); }};
  if (options.tokens.verifier) expiry.start(Millis{1000}, Millis{1000});
  loop.on_signal(SIGHUP, [&] {  // who is connected keeps the certificate that it was shown
    const bool keys = cli::keys_again(options.tokens);
    if (cli::passwords_again(options.users) || keys) guard(ingest, options);
    if (options.tls_listen.empty()) return;
    const auto shown = show_certificates();
    shown ? log::info("the certificates were read again") : log::error("{}", shown.error().text);
  });
  const auto end = [&] {
    server.stop_listening();
    ingest.drain([&] { loop.stop(); });
  };
  loop.on_signal(SIGTERM, end);
  loop.on_signal(SIGINT, end);
  std::vector<std::unique_ptr<metrics::Endpoint>> endpoints;
  for (const cli::Listen& listen : options.metrics) {
    auto endpoint =
        metrics::Endpoint::open(loop, {listen.host, listen.port}, "rtmp-ingest",
                                [&](metrics::Families& to) { add_metrics(to, ingest); });
    if (!endpoint) return cli::give_up(endpoint.error());
    ready.push_back("http://" + to_string((*endpoint)->address()) + "/metrics");
    endpoints.push_back(std::move(*endpoint));
  }
  cli::say_ready(ready);
  return to_int(loop.run());
}

constexpr Millis kFarewell{300};  // for the last words to other servers

// A server waits for its hub however long; who publishes wants to know.
constexpr Millis kHubWithin{5000};

int publish(const ingest::Options& options, const std::string& address, net::Loop& loop,
            bus::Client& hub) {
  net::Timer no_hub{loop, [&] {
                      if (hub.connected()) return;
                      log::error("no hub at {}", address);
                      loop.stop(Exit::kUnreachable);
                    }};
  no_hub.start(kHubWithin);
  std::unique_ptr<net::Input> input;
  ingest::PipePublish* to = nullptr;
  ingest::PipePublish pipe{
      loop,
      hub,
      options.stream,
      options.ingest.stream.media_folder,
      {.ready =
           [&] {
             input = std::make_unique<net::Input>(
                 loop, STDIN_FILENO,
                 net::Input::Handlers{.on_bytes = [&](ByteView bytes) { to->receive(bytes); },
                                      .on_end =
                                          [&](const Status& status) {
                                            if (!status)
                                              log::error("standard input: {}", status.error().text);
                                            to->end();
                                          }});
           },
       .done = [&](Exit exit) { loop.stop(exit); }}};
  to = &pipe;
  loop.on_signal(SIGTERM, [&] { loop.stop(); });
  loop.on_signal(SIGINT, [&] { loop.stop(); });
  pipe.start();
  return to_int(loop.run());
}

int tap(const ingest::Options& options, net::Loop& loop, bus::Client& hub) {
  ingest::PipeTap pipe{
      loop, hub, {options.stream, options.duration, options.wait}, cli::print, [&](Exit exit) {
        loop.stop(exit);
      }};
  loop.on_signal(SIGTERM, [&] { loop.stop(); });
  loop.on_signal(SIGINT, [&] { loop.stop(); });
  pipe.start();
  return to_int(loop.run());
}

// Until it is told to end; what it has to say then still leaves.
template <class Relay>
int run_relay(net::Loop& loop, Relay& relay) {
  net::Timer last{loop, [&] { loop.stop(); }};
  const auto end = [&] {
    relay.stop();
    last.start(kFarewell);
  };
  loop.on_signal(SIGTERM, end);
  loop.on_signal(SIGINT, end);
  relay.start();
  return to_int(loop.run());
}

int relay(const ingest::Options& options, net::Loop& loop, bus::Client& hub) {
  ingest::RelayOptions relayed{options.stream, options.remotes, options.ingest.stream, nullptr};
  if (std::ranges::any_of(options.remotes, &rtmp::Url::secure)) {
    auto identity = net::TlsIdentity::client(options.ca == "none" ? "" : options.ca);
    if (!identity) return cli::give_up(identity.error());
    relayed.identity = std::move(*identity);
  }
  if (options.mode == ingest::Mode::kPush) {
    ingest::Push push{loop, hub, relayed};
    return run_relay(loop, push);
  }
  ingest::Pull pull{loop, hub, relayed, [&](Exit exit) { loop.stop(exit); }};
  return run_relay(loop, pull);
}

}  // namespace

int main(int argc, char** argv) {
  log::set_name("rtmp-ingest");
  ingest::Options options;
  if (const auto exit = ingest::parse_options(argc, argv, options)) return to_int(*exit);

  net::Loop loop;
  const auto address = cli::hub_address(options.hub_address);
  if (!address)
    return cli::give_up("unable to reach the hub", options.hub_address, address.error());
  auto bus = bus::ZmqBus::connect(*address, loop, options.hub_keys);
  if (!bus) return cli::give_up("unable to reach the hub", *address, bus.error());
  auto place = cli::media_place(options.media);
  if (!place) return cli::give_up(place.error());
  options.ingest.stream.media_folder = *std::move(place);
  std::unique_ptr<media::Keys> keys;
  if (!options.hub_keys.own.empty() && !options.media_insecure) {
    auto loaded = media::Keys::load(loop, options.hub_keys.own, options.media_keys);
    if (!loaded) return cli::give_up(loaded.error());
    keys = std::move(*loaded);
  }

  // Publishing and tapping in a shell is the operator's, all else is what clients do.
  const bool serves = options.mode == ingest::Mode::kServe;
  bus::Client hub{**bus, loop, "rtmp-ingest", serves ? std::string{ingest::kClaims} : ""};
  switch (options.mode) {
    case ingest::Mode::kPublish:
      return publish(options, *address, loop, hub);
    case ingest::Mode::kTap:
      return tap(options, loop, hub);
    case ingest::Mode::kPull:
    case ingest::Mode::kPush:
      return relay(options, loop, hub);
    case ingest::Mode::kServe:
      break;
  }
  return serve(options, loop, hub);
}
