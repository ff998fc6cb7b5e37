#include <algorithm>
#include <cassert>
#include <utility>

#include "bus/body.h"
#include "bus/client_state.h"

namespace so::bus {

using wire::FrameView;
using wire::Kind;

namespace {

// Announcements under way at once: enough to fill the link, few enough for its queue.
constexpr std::size_t kWindow = 256;

Objects::View object_of(const ClaimKey& use) {
  return {use.scope, use.name};
}

FrameView request_of(const Claims::Entry& entry, std::string_view body) {
  const auto& [key, claim] = entry;
  return {.header = {.kind = key.kind,
                     .member = key.member,
                     .epoch = claim.terms.epoch,
                     .version = claim.terms.version},
          .scope = key.scope,
          .name = key.name,
          .body = body};
}

}  // namespace

std::string_view Client::State::claims_of(std::uint64_t member) const {
  const auto known = introduced_.find(member);
  return known == introduced_.end() ? std::string_view{} : known->second;
}

// The claims of a member are those of its last join, so any of its joins tells the hub.
void Client::State::introduce(std::uint64_t member, std::string claims, Done done) {
  std::string before{claims_of(member)};
  if (claims.empty()) {
    introduced_.erase(member);
  } else {
    introduced_[member] = claims;
  }
  Claims::Entry* const joined = claims_.any_join(member);
  if (joined == nullptr) return later(std::move(done), kDone);
  claim(ClaimKey{joined->first}, Terms{joined->second.terms},
        [this, member, claims = std::move(claims), before = std::move(before),
         done = std::move(done)](const Reply& reply) {
          if (!reply.ok() && claims_of(member) == claims) introduced_[member] = before;
          if (done) done(reply);
        });
}

// What is shown stays until a join shows something else, also at a hub that hears of it anew.
void Client::State::join(ClaimKey key, const JoinOptions& options, Done done) {
  const Claims::Entry* const before = claims_.find(key);
  Terms terms{.body = std::string{options.info}, .presence = options.presence};
  if (terms.body.empty() && before != nullptr) terms.body = before->second.terms.body;
  claim(std::move(key), std::move(terms), std::move(done));
}

void Client::State::claim(ClaimKey key, Terms terms, Done done) {
  const bool connected = phase_ == Phase::kConnected;
  const std::size_t waiting = connected ? calls_.size() : held_back_;
  if (waiting >= kMaxPending) return later(std::move(done), kTooMany);
  Claims::Entry& entry = claims_.put(std::move(key));
  Terms before = std::exchange(entry.second.terms, std::move(terms));
  if (done) entry.second.wait(std::move(done));
  if (connected) {
    ++in_flight_;
    return send_claim(entry, std::move(before));
  }
  ++held_back_;
  claims_.postpone(entry);
  announce();
}

void Client::State::undo(Kind kind, const ClaimKey& key, Done done) {
  taken_back({.header = {.kind = kind, .member = key.member},
              .scope = key.scope,
              .name = key.name,
              .body = {}},
             claims_.take(key), std::move(done));
}

void Client::State::leave(std::uint64_t member, std::string_view scope, Done done) {
  taken_back(
      {.header = {.kind = Kind::kLeave, .member = member}, .scope = scope, .name = {}, .body = {}},
      claims_.take_scope(member, scope), std::move(done));
}

void Client::State::taken_back(const FrameView& frame, const std::vector<Claims::Entry>& taken,
                               Done done) {
  bool known = phase_ == Phase::kConnected;
  for (const Claims::Entry& entry : taken) {
    known = known || (phase_ == Phase::kAnnouncing && entry.second.sent);
    drop(entry);
  }
  if (!known) return later(std::move(done), kDone);
  send(frame, std::move(done), taken.empty() ? Bus::Room::kBounded : Bus::Room::kAlways);
}

void Client::State::drop(const Claims::Entry& taken) {
  const auto& [key, claim] = taken;
  if (claim.waiting) {
    for (const Done& done : *claim.waiting) later(done, kHubLost);
  }
  if (key.kind == Kind::kUse) objects_.released(object_of(key), key.member);
  if (key.kind == Kind::kJoin) others_.left(key.scope, key.member);
  if (key.kind == Kind::kFollow) others_.unfollowed(key.scope);
}

// --- announcing ---

void Client::State::announce_all() {
  claims_.unsend_all();
  objects_.doubt_all();
  others_.doubt_all();
  announce();
}

void Client::State::announce() {
  if (phase_ != Phase::kAnnouncing && phase_ != Phase::kConnected) return;
  while (in_flight_ < kWindow) {
    if (Claims::Entry* const claim = claims_.next_unsent()) {
      ++in_flight_;
      send_claim(*claim, {});
    } else if (Objects::Entry* const object = objects_.next_doubtful()) {
      ++in_flight_;
      ask_where(*object);
    } else {
      break;
    }
  }
  if (phase_ == Phase::kAnnouncing && in_flight_ == 0) connect();
}

void Client::State::send_claim(Claims::Entry& entry, Terms before) {
  auto& [key, claim] = entry;
  claim.sent = true;
  // A member that was granted the use before needs no snapshot: when something was missed, all
  // users of the object are told at once.
  const bool known_user = key.kind == Kind::kUse && claim.granted && !claim.waiting;
  std::string body = known_user ? quiet(claim.terms.body) : claim.terms.body;
  if (key.kind == Kind::kJoin) {
    body = with_claims(join_body({body, claim.terms.presence}), claims_of(key.member));
  }
  Sent sent{key, claim.ticket, std::move(before), claim.take_waiting()};
  send(request_of(entry, body), [this, sent = std::move(sent)](const Reply& reply) mutable {
    --in_flight_;
    on_claim(sent, reply);
    announce();
  });
}

void Client::State::on_claim(Sent& sent, const Reply& reply) {
  Claims::Entry* const entry = claims_.find(sent.key, sent.ticket);
  if (entry != nullptr && reply.code == kHubLost.code) {  // asked again when there is a hub
    for (Done& done : sent.waiting) entry->second.wait(std::move(done));
    return;
  }
  if (entry != nullptr && reply.ok()) {
    granted(*entry, reply, !sent.waiting.empty());
  } else if (entry != nullptr && entry->second.held) {
    entry->second.terms = std::move(sent.before);
  } else if (entry != nullptr) {
    refused(*entry, reply);
  }
  for (const Done& done : sent.waiting) done(reply);
}

// The events that come of it may make the tool undo the very claim: nothing of it is read after
// them.
void Client::State::granted(Claims::Entry& entry, const Reply& reply, bool told) {
  auto& [key, claim] = entry;
  const bool again = std::exchange(claim.granted, true);
  claim.held = true;
  if (key.kind == Kind::kUse) {
    objects_.granted(object_of(key), key.member, reply.epoch, reply.version, told);
  } else if (key.kind == Kind::kJoin && claim.terms.presence) {
    others_.joined(key.scope, key.member, reply.body, again, {reply.epoch, reply.version});
  } else if (key.kind == Kind::kJoin) {
    others_.left(key.scope, key.member);
  } else if (key.kind == Kind::kFollow) {
    others_.followed(key.scope, reply.body, again);
  }
}

void Client::State::refused(Claims::Entry& entry, const Reply& reply) {
  const bool had = entry.second.granted;
  for (const Claims::Entry& taken : claims_.take(ClaimKey{entry.first})) {
    drop(taken);
    if (had && handlers_.refused)
      handlers_.refused(request_of(taken, taken.second.terms.body), reply);
  }
}

// --- where an object is ---

void Client::State::ask_where(Objects::Entry& entry) {
  auto& [key, object] = entry;
  const ClaimKey user{Kind::kUse, *object.users.begin(), key.scope, key.name};
  Claims::Entry* const use = claims_.find(user);
  assert(use != nullptr);  // users are those whose claim was granted
  object.sync = Object::Sync::kAsked;
  FrameView frame = request_of(*use, use->second.terms.body);
  // What was missed would come twice to a user that was told of it: then all start anew.
  frame.header.epoch = object.mixed ? 0 : object.epoch;
  frame.header.version = object.mixed ? 0 : object.version;
  send(frame, [this, key = key, user](const Reply& reply) {
    --in_flight_;
    on_where(key, user, reply);
    announce();
  });
}

void Client::State::on_where(const ObjectKey& key, const ClaimKey& user, const Reply& reply) {
  Objects::Entry* const entry = objects_.find({key.scope, key.name});
  if (entry == nullptr || entry->second.sync != Object::Sync::kAsked) return;
  if (reply.code == kHubLost.code) return;  // all is in doubt with the next hello
  Object& object = entry->second;
  if (!reply.ok()) {
    objects_.doubt(*entry);
    if (Claims::Entry* const use = claims_.find(user)) refused(*use, reply);
    return;
  }
  if (object.mixed && reply.body.starts_with(R"({"event":"resume")")) return objects_.doubt(*entry);
  const bool missed =
      object.mixed || object.epoch != reply.epoch || object.version != reply.version;
  object.mixed = false;
  object.epoch = reply.epoch;
  object.version = reply.version;
  object.sync = Object::Sync::kExact;
  if (!missed || !handlers_.sync) return;
  handlers_.sync({.header = {.kind = Kind::kDone, .epoch = reply.epoch, .version = reply.version},
                  .scope = key.scope,
                  .name = key.name,
                  .body = reply.body});
}

}  // namespace so::bus
