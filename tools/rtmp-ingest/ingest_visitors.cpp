// Who clients are, and for how long it holds.
#include <utility>

#include "base/log.h"
#include "ingest.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

constexpr std::string_view kWanted =
    "A token is wanted: ?token= in the URL or the name of the stream.";

// As long is a token taken that has expired, by clocks that differ.
constexpr Seconds kLeeway = token::Expected{}.leeway;

}  // namespace

void Ingest::set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional) {
  verifier_ = std::move(verifier);
  proof_optional_ = optional;
}

// What a query says counts for what is asked with it: encoders have their key in the stream's name.
Status Ingest::introduce(net::ConnId id, std::string_view query, std::string token) {
  Client& client = *find(id);
  Proof proof = client.proof;
  if (verifier_ && token.empty()) token = wire::query_value(query, kToken);
  const bool brings = verifier_ && !token.empty() && token != client.token;
  if (brings) {
    auto verified = verifier_->verify(token, wall_now());
    if (!verified) return fail(verified.error());
    proof = {std::move(verified->text), verified->expires};
  }
  auto claims = claims_of(query, proof, verifier_ ? kToken : std::string_view{});
  if (!claims) return fail(claims.error());
  if (brings) {
    client.proof = std::move(proof);
    client.token = std::move(token);
  }
  if (*claims == client.claims) return {};
  client.claims = *claims;
  hub_.introduce(member_of(id), claims->empty() ? std::string{kClaims} : *std::move(claims));
  return {};
}

void Ingest::admit(net::ConnId id, std::string_view query, const Then& then) {
  if (const auto known = introduce(id, query, {}); !known) return then(known);
  Client& client = *find(id);
  if (client.wanted.empty()) return then({});
  if (client.proof.claims.empty()) return then(fail(Code::kRefused, std::string{kWanted}));
  hub_.join(member_of(id), client.wanted, {}, [this, id, then](const bus::Reply& reply) {
    Client* joined = find(id);
    if (joined == nullptr) return;
    if (!reply.ok()) return then(fail(Code::kRefused, std::string{reply.message}));
    joined->scope = std::exchange(joined->wanted, {});
    log::info("{} has joined {}", to_string(joined->peer), joined->scope);
    then({});
  });
}

bool Ingest::is_stranger(net::ConnId id) {
  Client& client = *find(id);
  if (client.wanted.empty()) return false;
  client.session.status(0, "error", "NetConnection.Connect.Rejected", kWanted);
  send_owed(id, client);
  connections_.close(id, "it has not said who it is");
  return true;
}

void Ingest::close_expired(WallMillis now) {
  for (const auto& [id, client] : clients_) {
    if (!client->proof.expires || *client->proof.expires + kLeeway > now) continue;
    client->proof.expires.reset();  // told once
    client->session.status(0, "status", "NetConnection.Connect.Closed", "The token has expired.");
    send_owed(id, *client);
    connections_.close(id, "the token has expired");
  }
}

}  // namespace so::ingest
