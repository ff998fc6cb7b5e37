// Who clients are, and for how long it holds.
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/writer.h"
#include "ingest.h"
#include "json/write.h"
#include "net/address.h"
#include "wire/path.h"

namespace so::ingest {
namespace {

constexpr std::string_view kWanted =
    "A token is wanted: ?token= in the URL or the name of the stream.";
constexpr std::size_t kSecret = 4;  // of 8 bytes each

// Encoders that publish say so; Flash and players do not.
bool wants_to_publish(const rtmp::ConnectRequest& request) {
  const amf::Value* type = request.object.find("type");
  return type != nullptr && type->as_string() == "nonprivate";
}

// Where URLs have no room for one, connect() is given an object that has.
std::string token_of(const rtmp::ConnectRequest& request) {
  for (const amf::Value& argument : request.arguments) {
    const amf::Value* token = argument.find(kToken);
    if (token != nullptr) return std::string{token->as_string().value_or("")};
  }
  const amf::Value* token = request.object.find(kToken);
  return std::string{token != nullptr ? token->as_string().value_or("") : ""};
}

Bytes random_bytes() {
  Bytes bytes;
  Writer out{bytes};
  for (std::size_t i = 0; i < kSecret; ++i) out.u64(random_u64());
  return bytes;
}

}  // namespace

void Ingest::set_verifier(std::shared_ptr<const token::Verifier> verifier, bool optional) {
  verifier_ = std::move(verifier);
  proof_optional_ = optional;
}

void Ingest::set_users(Users users) {
  if (users.passwords && (!auth_ || users.scheme != users_.scheme)) {
    auth_.emplace(rtmp::AuthServer::Options{.scheme = users.scheme}, random_bytes(),
                  [this](std::string_view user) {
                    const auto known = users_.passwords->find(user);
                    return known == users_.passwords->end() ? std::nullopt
                                                            : std::optional{known->second};
                  });
  }
  users_ = std::move(users);
}

// A token, or else user and password where they are asked for.
Status Ingest::prove(net::ConnId id, const rtmp::ConnectRequest& request) {
  const std::string& query = request.path.query;
  if (auto known = introduce(id, query, token_of(request)); !known) return known;
  Client& client = *find(id);
  const bool asked = users_.all || wants_to_publish(request) || request.auth;
  if (!users_.passwords || !client.proof.claims.empty() || !asked) return {};
  auto proof = proof_of_user(id, request);
  if (!proof) return fail(proof.error());
  client.proof = *std::move(proof);
  return introduce(id, query, {});
}

Result<Proof> Ingest::proof_of_user(net::ConnId id, const rtmp::ConnectRequest& request) {
  const Client& client = *find(id);
  auto user = auth_->check({request.app, request.auth}, net::network_of(client.peer), loop_.now());
  if (user) {
    json::Writer claims;
    return Proof{claims.object().key("sub").string(*user).key("role").string("user").end().take()};
  }
  if (request.auth && !request.auth->response.empty()) {
    ++counters_.refused_proofs;
    log::info("{} was refused {}: user or password are wrong", to_string(client.peer),
              request.path.path);
  }
  return fail(user.error());
}

// What a query says counts for what is asked with it: encoders have their key in the stream's name.
Status Ingest::introduce(net::ConnId id, std::string_view query, std::string token) {
  Client& client = *find(id);
  Proof proof = client.proof;
  if (verifier_ && token.empty()) token = wire::query_value(query, kToken);
  const bool brings = verifier_ && !token.empty() && token != client.token;
  if (brings) {
    auto verified = look_at(token, client.peer);
    if (!verified) {
      ++counters_.refused_proofs;
      return fail(verified.error());
    }
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

Result<token::Claims> Ingest::look_at(const std::string& token, const net::Address& peer) {
  const std::string source = net::Forgeries::source_of(peer);
  const TimePoint before = Clock::now();
  if (!forgeries_.may_come(source, before))
    return fail(Code::kLimit, std::string{net::Forgeries::kTooMany});
  auto claims = verifier_->verify(token, wall_now());
  const TimePoint after = Clock::now();
  if (!claims && claims.error().code == Code::kPeer) forgeries_.came(source, after - before, after);
  return claims;
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
    if (!client->proof.expires || *client->proof.expires + token::kLeeway > now) continue;
    client->proof.expires.reset();  // told once
    client->session.status(0, "status", "NetConnection.Connect.Closed", "The token has expired.");
    send_owed(id, *client);
    connections_.close(id, "the token has expired");
  }
}

}  // namespace so::ingest
