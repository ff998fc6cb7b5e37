#include "edge/limits.h"

#include "base/log.h"
#include "cli/units.h"
#include "net/origin.h"
#include "net/ws_certificate.h"

namespace so::edge {
namespace {

cli::Value between(Millis least, Millis most, Millis& field) {
  cli::Value value = cli::duration(field);
  value.set = [least, most, &field,
               set = value.set](const std::vector<std::string>& words) -> Status {
    if (auto status = set(words); !status) return status;
    if (field >= least && field <= most) return {};
    const bool over = field > most;
    return fail(Code::kUsage, fmt::format("{} is {} {}", words.front(), over ? "over" : "under",
                                          cli::show_duration(over ? most : least)));
  };
  return value;
}

// To do it always, or never to wait, is meant by nobody.
cli::Value some_time(Millis& field) {
  return between(Millis{1}, Millis::max(), field);
}

}  // namespace

cli::Value per_second(net::RateLimit& field) {
  constexpr std::uint32_t kSeconds = 2;
  return cli::count(cli::Number{UINT32_MAX / kSeconds,
                                [&field](std::uint64_t value) {
                                  field.per_second = static_cast<std::uint32_t>(value);
                                  field.burst = field.per_second * kSeconds;
                                },
                                [&field] { return std::uint64_t{field.per_second}; }});
}

void add_limits(cli::Command& command, net::WsOptions& server) {
  command.limit("max-connections", cli::count(server.caps.total), "more are answered 503");
  command.limit("max-per-address", cli::count(server.caps.per_address),
                "from one address; more: 429");
  command.limit("connect-rate", per_second(server.connects.total),
                "new ones a second; more: 503; 0: any");
  command.limit("connect-rate-per-address", per_second(server.connects.per_address),
                "more: 429; 0: any");
  command.limit("message-rate", per_second(server.messages), "of one client a second; 0: any");
  command.limit("handshake-timeout", some_time(server.handshake), "for half a request");
  command.limit("ping-every", some_time(server.ping_every), "what asks for a sign of life");
  command.limit("pong-within", some_time(server.pong_within), "or closed with 4112");
  command.limit("coalesce", between(Millis{0}, Millis{50}, server.coalesce),
                "what is sent may wait so long; to 50ms");
}

cli::Value origins(std::vector<std::string>& field) {
  cli::Value value = cli::texts(field, "ORIGIN");
  value.set = [set = value.set](const std::vector<std::string>& words) -> Status {
    for (const std::string& word : words) {
      if (net::is_origin(word)) continue;
      return fail(Code::kUsage,
                  fmt::format("\"{}\" is no origin, as https://example.org:8443, nor *", word));
    }
    return set(words);
  };
  return value;
}

void add_tls(cli::Command& command, net::TlsFiles& files) {
  command.setting("tls-cert", "tls.cert", cli::text(files.certificate, "FILE"),
                  "PEM, for listeners with TLS");
  command.setting("tls-key", "tls.key", cli::text(files.key, "FILE"), "its key");
}

void reload_tls(net::WsServer& server) {
  if (const auto reloaded = server.reload_tls(); !reloaded) {
    return log::error("{}; the certificate that was in force stays", reloaded.error().text);
  }
  log::info("the certificates have been read again");
}

std::optional<Exit> refuse_tls(const cli::Command& command,
                               const std::vector<cli::Listen>& addresses,
                               const net::TlsFiles& files) {
  const auto usage = [](std::string_view text) {
    log::error("{}", text);
    return Exit::kUsage;
  };
  if (addresses.empty()) {
    for (const std::string_view flag : {"tls-cert", "tls-key"})
      if (command.is_said(flag)) return usage(fmt::format("--{}: nothing listens with TLS", flag));
    return std::nullopt;
  }
  if (files.certificate.empty() || files.key.empty()) {
    return usage(fmt::format("{} needs --tls-cert and --tls-key", show_listen(addresses.front())));
  }
  if (const auto loaded = net::WsCertificate{files}.load(); !loaded)
    return usage(loaded.error().text);
  return std::nullopt;
}

}  // namespace so::edge
